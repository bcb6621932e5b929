import type { Constants } from '../onnx/constants.ts';
import { tensorFloats } from '../onnx/half.ts';
import type { OnnxNode } from '../onnx/model.ts';
import { UncoveredError } from './layers.ts';

/** The numbers that a graph has stored, as floats. */
export class StoredWeights {
  constructor(
    private readonly constants: Constants,
    private readonly makers: ReadonlyMap<string, OnnxNode>,
  ) {}

  /**
   * Stored weights, floats of either width, straight or through a Cast.
   * @param what they are, for the message
   * @throws UncoveredError where they are something else
   */
  stored(node: OnnxNode, name: string | undefined, what: string): { shape: readonly number[]; values: Float32Array } {
    let tensor = name === undefined ? undefined : this.constants.tensor(name);
    for (let maker = this.makers.get(name ?? ''); !tensor && maker && ['Cast', 'Identity'].includes(maker.op); maker = this.makers.get(maker.inputs[0])) {
      tensor = this.constants.tensor(maker.inputs[0]);
    }
    const values = tensor && tensorFloats(tensor);
    if (!tensor || !values) throw new UncoveredError(node.op, `its ${what} are not stored as floats`, node.name);
    return { shape: tensor.shape, values };
  }

  /** A stored vector, or few numbers that are computed of such; undefined where a value is neither. */
  vector(node: OnnxNode, name: string): Float32Array | undefined {
    try {
      return this.stored(node, name, 'numbers').values;
    } catch {
      const few = this.constants.numbers(name);
      return few && Float32Array.from(few);
    }
  }
}
