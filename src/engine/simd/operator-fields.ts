// Generated from src/engine/kernels/operator.h by npm run tool -- kernels: change that file, then run it again.

/** Kernels by number. */
export const Kind = {
  padInput: 0,
  conv1Pool: 1,
  conv1Seams: 2,
  winograd4: 3,
  winograd4In: 4,
  winograd4Out: 5,
  winograd2In: 6,
  winograd2Out: 7,
  products: 8,
  pack: 9,
  direct: 10,
  averagePool: 11,
  classify: 12,
  int8: 13,
  int8ToFloats: 14,
  conv1Int8: 15,
  f32Image: 16,
  f32Igemm: 17,
  f32Dwconv: 18,
  f32Maxpool: 19,
  f32Avgpool: 20,
  f32Vaffine: 21,
  qs8Dwconv: 22,
  f32Qs8Vcvt: 23,
  qs8Rsum: 24,
} as const;

/** What the planner writes, in order, as 32-bit numbers; pointers in bytes. */
export const FIELDS = [
  'kind', 'items', 'nobarrier', 'in', 'out', 'residual', 'weights', 'bias', 'columns', 'sums', 'columnsStep',
  'sumsStep', 'local', 'localSize', 'ic', 'oc', 'relu', 'inRow', 'inPlane', 'outRow', 'outPlane', 'width', 'height',
  'tilesX', 'tiles', 'chunk', 'group', 'taps', 'stride', 'scales', 'factor', 'top', 'low', 'high', 'residualRow',
  'residualPlane', 'inWidth', 'inHeight', 'padX', 'padY', 'wideIn', 'wideOut', 'wideResidual', 'spare3', 'spare4',
  'spare5', 'spare6', 'spare7',
] as const;

/** The counters and their padding in front of the fields, in 32-bit numbers: a cache line that no field shares. */
export const FIRST_FIELD = 16;
/** Of the whole structure. */
export const OPERATOR_BYTES = 256;
