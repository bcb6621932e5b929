import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { decodeModel } from '../../src/engine/onnx/decode';
import { describeClassifier, type ClassifierDescription } from '../../src/engine/onnx/describe';
import { attribute, OnnxType, type OnnxTensor } from '../../src/engine/onnx/model';
import { colourClassifier, int64Tensor, node, numbers, type ClassifierOptions } from '../support/classifiers';

const file = (name: string): ClassifierDescription => describeClassifier(decodeModel(readFileSync(fileURLToPath(new URL(`classifiers/${name}.onnx`, import.meta.url)))));
const made = (options: ClassifierOptions): ClassifierDescription => describeClassifier(decodeModel(colourClassifier(options)));

const plain = { layout: 'nchw', numbers: 'float32', size: 224, answers: 'scores' };

describe('describeClassifier', () => {
  it.each([
    ['t01-ten-own-classes-output-named-logits', { ...plain, scores: 'logits' }, 10],
    ['t02-input-384', { ...plain, size: 384, scores: 'output' }, 1000],
    ['t03-softmax-at-end', { ...plain, answers: 'probabilities' }, 1000],
    ['t05-1000-own-classes-names-in-metadata', plain, 1000],
    ['t06-normalises-inside', plain, 1000],
    ['t08-all-dimensions-named', { ...plain, input: 'pixel_values' }, 1000],
    ['t09-nhwc', { ...plain, layout: 'nhwc' }, 1000],
  ])('reads %s', (name, ports, classes) => {
    const found = file(name);
    expect(found.ports).toMatchObject(ports);
    expect(found.outputs[0].classes).toBe(classes);
    expect(found.range).toBe(name.startsWith('t06') ? '0..1' : undefined);
  });

  it.each([
    ['t07-fixed-batch-8', 'a batch of 8 pictures at once: one picture is needed'],
    ['identity', 'no list of scores'],
    ['loop-1e9', 'holds a Loop'],
    ['const-3GB', 'more than there is room for'],
  ])('refuses %s', (name, reason) => {
    expect(() => file(name)).toThrow(reason);
  });

  it.each([
    [{ shape: [1, 3, 224, 200] }, '200 x 224'],
    [{ shape: [1, 3, 640, 640] }, 'from 32 to 512'],
    [{ shape: [1, 1, 28, 28] }, 'grey'],
    [{ shape: [1, 6, 224, 224] }, 'three colours'],
    [{ shape: [3, 224, 224] }, 'a picture is [1, 3, height, width]'],
    [{ type: OnnxType.int64 }, 'has numbers of int64'],
    [{ type: OnnxType.double }, 'has numbers of float64'],
    [{ type: 9 }, 'type 9'],
    [{ outputs: [{ name: 'scores', type: OnnxType.float, shape: [1, 5, 80] }] }, '"scores" has the shape [1, 5, 80]'],
    [{ outputs: [{ name: 'w', type: OnnxType.float, shape: [3, 3] }] }, 'does not depend on the picture'],
  ] as const)('refuses %j', (options, reason) => {
    expect(() => made(options)).toThrow(reason);
  });

  it.each([
    [{ shape: ['N', 3, 'h', 'w'] }, { size: 224 }, { size: true, layout: false, scores: false }],
    [{ shape: ['N', 3, 'h', 96] }, { size: 96 }, { size: false, layout: false, scores: false }],
    [{ shape: ['N', 'h', 'w', 3] }, { layout: 'nhwc' }, { size: true, layout: false, scores: false }],
    [{ shape: ['N', 'h', 'w', 'channels'] }, { layout: 'nhwc' }, { size: true, layout: false, scores: false }],
    [{ shape: ['a', 'b', 'c', 'd'] }, { layout: 'nchw' }, { size: true, layout: true, scores: false }],
    [{ type: OnnxType.float16 }, { numbers: 'float16' }, { size: false, layout: false, scores: false }],
  ] as const)('fills in what %j leaves open', (options, ports, open) => {
    expect(made(options)).toMatchObject({ ports, open });
  });

  it('refuses the best few in place of all scores, and scikit-learn\'s table, by what they are', () => {
    const best = { after: [node('TopK', ['raw', 'two'], ['values', 'places'])], initializers: [int64Tensor('two', [1], [2])] };
    expect(() => made({ ...best, outputs: [{ name: 'values', type: OnnxType.float, shape: [1, 2] }, { name: 'places', type: OnnxType.int64, shape: [1, 2] }] })).toThrow('"values" has the best few alone (TopK)');
    // Its type is a sequence of maps, which has no shape.
    expect(() => made({ after: [node('ZipMap', ['raw'], ['table'])], outputs: [{ name: 'table', type: 0, shape: [] }] })).toThrow('"table" is a table of names and scores');
  });

  it.each([
    ['red', [0.485, 0.456, 0.406], 'rgb'], ['red', [123.68, 116.78, 103.94], 'rgb'], ['blue', [103.94, 116.78, 123.68], 'bgr'], ['nothing', [0.5, 0.5, 0.5], undefined],
  ] as const)('tells by the means inside that %s comes first: %j', (_, means, colours) => {
    expect(made({ before: [node('Sub', ['input', 'm'], ['n'])], initializers: [numbers('m', [1, 3, 1, 1], means)] }).colours).toBe(colours);
  });

  it.each([
    ['a mean and a deviation of bytes', [node('Sub', ['input', 'm'], ['c']), node('Div', ['c', 's'], ['n'])], [numbers('m', [1, 3, 1, 1], [123, 116, 103]), numbers('s', [1, 3, 1, 1], [58, 57, 57])], '0..255'],
    ['a division by 255', [node('Div', ['input', 's'], ['n'])], [numbers('s', [], [255])], '0..255'],
    ['2 x - 1', [node('Mul', ['input', 'two'], ['c']), node('Sub', ['c', 'one'], ['n'])], [numbers('two', [1], [2]), numbers('one', [1], [1])], '0..1'],
    ['means alone', [node('Sub', ['input', 'm'], ['n'])], [numbers('m', [1, 3, 1, 1], [104, 117, 123])], '0..255'],
    [
      'a batch norm', [node('BatchNormalization', ['input', 'g', 'o', 'm', 'v'], ['n'])],
      [numbers('g', [3], [1, 1, 1]), numbers('o', [3], [0, 0, 0]), numbers('m', [3], [0.48, 0.45, 0.4]), numbers('v', [3], [0.05, 0.05, 0.05])], '0..1',
    ],
    ['numbers from -1 to 1 made such from 0 to 1 before the means', [node('Add', ['input', 'one'], ['a']), node('Mul', ['a', 'half'], ['b']), node('Sub', ['b', 'm'], ['c']), node('Div', ['c', 's'], ['n'])],
      [numbers('one', [], [1]), numbers('half', [], [0.5]), numbers('m', [3, 1, 1], [0.485, 0.456, 0.406]), numbers('s', [3, 1, 1], [0.229, 0.224, 0.225])], '-1..1'],
    ['the same without means', [node('Add', ['input', 'one'], ['a']), node('Mul', ['a', 'half'], ['n'])], [numbers('one', [], [1]), numbers('half', [], [0.5])], '-1..1'],
    ['next to nothing', [node('Mul', ['input', 's'], ['n'])], [numbers('s', [1], [1])], undefined],
  ] as const)('finds %s at the input', (_, before, initializers, range) => {
    expect(made({ before, initializers }).range).toBe(range);
  });

  it.each([
    ['of bytes', [122, 117, 105], 3300, '0..255'], ['of numbers from 0 to 1', [0.48, 0.45, 0.4], 0.052, '0..1'], ['of numbers from -1 to 1', [-0.04, -0.1, -0.2], 0.21, '-1..1'],
    ['of pictures that were normalised before', [0.02, -0.03, 0.1], 1.2, undefined], ['of dark pictures that were normalised before', [-0.6, -0.55, -0.7], 0.8, undefined],
    ['of pictures that were normalised before, near -1', [-0.95, -1, -1.02], 0.8, undefined], ['that has learned nothing yet', [0, 0, 0], 1, undefined],
  ] as const)('tells by what a batch norm at the input has seen, whatever it makes of it, that it is one %s', (_, mean, variance, range) => {
    const before = [node('BatchNormalization', ['input', 'g', 'o', 'm', 'v'], ['n'])];
    const initializers = [numbers('g', [3], [2.5, 0.4, -1.3]), numbers('o', [3], [0.6, -0.2, 0.1]), numbers('m', [3], mean), numbers('v', [3], [variance, variance * 1.1, variance * 1.2])];
    expect(made({ before, initializers }).range).toBe(range);
  });

  it('takes no sky that a batch norm has seen for the order of colours', () => {
    const before = [node('BatchNormalization', ['input', 'g', 'o', 'm', 'v'], ['n'])];
    const [ones, zeros] = [numbers('g', [3], [1, 1, 1]), numbers('o', [3], [0, 0, 0])];
    expect(made({ before, initializers: [ones, zeros, numbers('m', [3], [0.4, 0.44, 0.48]), numbers('v', [3], [0.05, 0.05, 0.05])] })).toMatchObject({ range: '0..1', colours: undefined });
  });

  it('reads means from Constant nodes', () => {
    const before = [node('Constant', [], ['m'], { value: { kind: 'tensor', value: numbers('', [3, 1, 1], [0.5, 0.5, 0.5]) } }), node('Sub', ['input', 'm'], ['c']), node('Div', ['c', 'm'], ['n'])];
    expect(made({ before }).range).toBe('0..1');
  });

  it('takes the last of outputs that are made of each other, and offers all', () => {
    const outputs = [{ name: 'raw', type: OnnxType.float, shape: [1, 3] }, { name: 'p', type: OnnxType.float, shape: [1, 3] }];
    const found = made({ after: [node('Softmax', ['raw'], ['p'])], outputs });
    expect(found.ports).toMatchObject({ scores: 'p', answers: 'probabilities' });
    expect(found.outputs.map(({ name, answers }) => [name, answers])).toEqual([['p', 'probabilities'], ['raw', 'scores']]);
    expect(found.open.scores).toBe(false);
  });

  it.each([
    ['two of one shape', [], ['left', 'right']], ['two of which each has its ArgMax', [node('ArgMax', ['left'], ['best_left']), node('ArgMax', ['right'], ['best_right'])], ['left', 'right', 'best_left', 'best_right']],
    ['two of which one has its ArgMax', [node('ArgMax', ['left'], ['best_left'])], ['left', 'right', 'best_left']],
  ] as const)('leaves to a person which of its outputs has the scores: %s', (_, more, names) => {
    const outputs = names.map((name) => ({ name, type: name.startsWith('best') ? OnnxType.int64 : OnnxType.float, shape: name.startsWith('best') ? [1] : [1, 3] }));
    const found = made({ after: [node('Relu', ['raw'], ['left']), node('Exp', ['raw'], ['right']), ...more], outputs });
    expect(found.outputs.map(({ name }) => name)).toEqual(['left', 'right']);
    expect(found.open.scores).toBe(true);
  });

  it('knows a softmax in parts', () => {
    const after = [node('Exp', ['raw'], ['e']), node('ReduceSum', ['e'], ['sum']), node('Div', ['e', 'sum'], ['scores'])];
    expect(made({ after }).ports.answers).toBe('probabilities');
  });

  it('knows a sigmoid, whose classes have a probability of their own each', () => {
    expect(made({ after: [node('Sigmoid', ['raw'], ['scores'])] }).ports.answers).toBe('independent');
  });

  it('counts the classes where the output names its width', () => {
    expect(made({ classes: 5, outputShape: ['batch', 'classes'] }).outputs[0].classes).toBe(5);
  });

  it.each([
    ['Expand', [node('Expand', ['one', 'wide'], ['big'])]],
    ['Tile', [node('Tile', ['w', 'wide'], ['big'])]],
    ['an outer sum', [node('Add', ['column', 'row'], ['big'])]],
    ['ConstantOfShape of a computed shape', [node('Concat', ['ten5', 'ten5'], ['both'], { axis: attribute.int(0) }), node('ConstantOfShape', ['both'], ['big'])]],
  ])('refuses an %s that is too large', (_, before) => {
    const initializers = [
      numbers('one', [1], [1]), int64Tensor('wide', [2], [40_000, 40_000]), int64Tensor('ten5', [1], [100_000]),
      numbers('column', [20_000, 1], Array.from({ length: 20_000 }, () => 1)), numbers('row', [1, 20_000], Array.from({ length: 20_000 }, () => 1)),
    ];
    expect(() => made({ before, initializers, reads: 'input' })).toThrow('more than there is room for');
  });

  it('finds a Loop in the branch of an If', () => {
    const body = { name: 'b', nodes: [node('Loop', ['n'], ['x'])], initializers: [], inputs: [], outputs: [] };
    expect(() => made({ before: [node('If', ['c'], ['x'], { then_branch: { kind: 'graph', value: body } })], reads: 'input' })).toThrow('holds a Loop');
  });

  it('refuses a graph that leads back to where it began, and two nodes that make the same', () => {
    expect(() => made({ before: [node('Relu', ['b'], ['a']), node('Relu', ['a'], ['b'])], reads: 'input' })).toThrow('made of itself (Relu');
    expect(() => made({ after: [node('Add', ['scores', 'raw'], ['scores'])] })).toThrow('made of itself (Add');
    expect(() => made({ before: [node('Relu', ['input'], ['a']), node('Exp', ['input'], ['a'])] })).toThrow('make "a" (Relu and Exp)');
  });

  it('computes a constant once that is read over and over', () => {
    const rungs = Array.from({ length: 60 }, (_, i) => node('Add', i === 0 ? ['one', 'one'] : [`rung${i - 1}`, `rung${i - 1}`], [`rung${i}`]));
    const before = performance.now();
    made({ before: [...rungs, node('Mul', ['input', 'rung20'], ['x'])], initializers: [numbers('one', [1], [1])] });
    // 2^24 times otherwise: a minute.
    expect(performance.now() - before).toBeLessThan(20_000);
  });

  it('refuses more parts than a classifier has, and more outputs', () => {
    const plain = colourClassifier();
    // A node of nothing has two bytes; a message that comes twice is joined.
    const nodes = Buffer.alloc(2_400_000, Uint8Array.of(0x0a, 0));
    const head = [0x3a, ...[0, 7, 14, 21].map((shift) => ((nodes.length >> shift) & 0x7f) | (shift < 21 ? 0x80 : 0))];
    expect(() => decodeModel(Buffer.concat([plain, Uint8Array.from(head), nodes]))).toThrow('more parts than a classifier needs');
    expect(() => made({ outputs: Array.from({ length: 300 }, (_, i) => ({ name: `o${i}`, type: OnnxType.float, shape: [1, 3] })) })).toThrow('has 300 outputs');
  });

  it('refuses weights that are infinite, however few; a limit may be', () => {
    expect(() => made({ after: [node('Gemm', ['raw', 'bad', 'bias'], ['scores'])], initializers: [numbers('bad', [3, 3], Array.from({ length: 9 }, () => Infinity)), numbers('bias', [3], [0, 0, 0])] })).toThrow('bad hold infinite numbers');
    expect(() => made({ before: [node('Constant', [], ['c'], { value: { kind: 'tensor', value: numbers('', [1], [NaN]) } }), node('Mul', ['input', 'c'], ['x'])] })).toThrow('c hold numbers that are none');
    expect(made({ before: [node('Clip', ['input', 'low', 'high'], ['x'])], initializers: [numbers('low', [], [-Infinity]), numbers('high', [], [Infinity])] }).ports.scores).toBe('scores');
  });

  describe('weights that are all zero', () => {
    const zeros = (count: number): number[] => Array.from({ length: count }, () => 0);
    const bytes = (name: string, value: number, type: number = OnnxType.int8): OnnxTensor => ({ name, type, shape: [3, 3], raw: new Uint8Array(9).fill(value) });
    const point = (value: number, type: number = OnnxType.int8): OnnxTensor => ({ name: 'point', type, shape: [], raw: Uint8Array.of(value) });
    const dequantised = [node('DequantizeLinear', ['bad', 'step', 'point'], ['w8']), node('Gemm', ['raw', 'w8'], ['scores'])];

    it.each<[string, ClassifierOptions]>([
      ['of a fully connected layer', { after: [node('Gemm', ['raw', 'bad'], ['scores'])], initializers: [numbers('bad', [3, 3], zeros(9))] }],
      ['minus zero too', { after: [node('MatMul', ['raw', 'bad'], ['scores'])], initializers: [numbers('bad', [3, 3], [...zeros(8), -0])] }],
      ['of a convolution', { before: [node('Conv', ['input', 'bad'], ['x'])], initializers: [numbers('bad', [3, 3, 1, 1], zeros(9))] }],
      ['stored as float16 behind a Cast and a Transpose', {
        after: [node('Cast', ['bad'], ['wide'], { to: attribute.int(OnnxType.float) }), node('Transpose', ['wide'], ['turned']), node('Gemm', ['raw', 'turned'], ['scores'])],
        initializers: [numbers('bad', [3, 3], zeros(9), OnnxType.float16)],
      }],
      ['as the value of a Constant', { after: [node('Constant', [], ['bad'], { value: { kind: 'tensor', value: numbers('', [3, 3], zeros(9)) } }), node('Gemm', ['raw', 'bad'], ['scores'])] }],
      ['as integers that are all the zero point', { after: dequantised, initializers: [bytes('bad', 131, OnnxType.uint8), numbers('step', [], [0.1]), point(131, OnnxType.uint8)] }],
      ['as integers of steps that are zero', { after: dequantised, initializers: [bytes('bad', 7), numbers('step', [3], zeros(3)), point(0)] }],
      ['as integers that a layer takes itself', {
        after: [node('QuantizeLinear', ['raw', 'step', 'point'], ['q']), node('QLinearMatMul', ['q', 'step', 'point', 'bad', 'step', 'point', 'step', 'point'], ['scores'])],
        initializers: [bytes('bad', 0), numbers('step', [], [0.1]), point(0)],
      }],
    ])('are refused by name: %s', (_, options) => {
      expect(() => made(options)).toThrow('The weights bad are all zero');
    });

    it('may be a layer of a residual block, which begins so, and not both of its ways', () => {
      const branch = (beside: string): ClassifierOptions => ({
        before: [node('Conv', ['input', 'bad'], ['y']), node('Conv', ['input', 'side'], ['short']), node('Add', ['y', beside], ['x'])],
        initializers: [numbers('bad', [3, 3, 1, 1], zeros(9)), numbers('side', [3, 3, 1, 1], zeros(9))],
      });
      expect(made(branch('input')).outputs).toHaveLength(1);
      expect(() => made(branch('short'))).toThrow('The weights bad are all zero');
    });

    it('may be a bias, a part of them, or what is no layer\'s', () => {
      const fine = made({ before: [node('Add', ['input', 'offset'], ['x'])], initializers: [numbers('offset', [1, 3, 1, 1], zeros(3)), numbers('unused', [9], zeros(9))] });
      expect(fine.ports.scores).toBe('scores');
      expect(made({ after: dequantised, initializers: [bytes('bad', 0), numbers('step', [], [0.1]), point(3)] }).outputs).toHaveLength(1);
    });

    it('are looked at to the end, however large', () => {
      const large = zeros(600_000);
      const wide = (values: readonly number[], name: string): ClassifierOptions => ({
        after: [node('Gemm', ['raw', name], ['wide']), node('Gemm', ['wide', 'back'], ['scores'])],
        initializers: [numbers(name, [3, 200_000], values), numbers('back', [200_000, 3], large.map(() => 1))],
      });
      expect(() => made(wide(large, 'bad'))).toThrow('bad are all zero');
      expect(() => made(wide([...large.slice(1), NaN], 'worse'))).toThrow('worse hold numbers that are none');
      expect(() => made(wide([...large.slice(1), -Infinity], 'worse'))).toThrow('worse hold infinite numbers');
      expect(() => made(wide([...large.slice(1), 1], 'fine'))).not.toThrow();
    });
  });

  it('refuses weights that are no numbers, and such as the file is too short for', () => {
    expect(() => made({ initializers: [numbers('bad', [20], Array.from({ length: 20 }, () => NaN))] })).toThrow('bad hold numbers that are none');
    expect(() => made({ initializers: [{ ...numbers('bad', [2], [1, 2]), shape: [1_000_000, 1_000_000] }] })).toThrow('cut off or damaged');
  });
});
