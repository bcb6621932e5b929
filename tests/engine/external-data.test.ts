import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { decodeModel } from '../../src/engine/onnx/decode';
import { externalFiles, withExternalData } from '../../src/engine/onnx/external-data';
import { externalModel } from '../support/external-model';

const read = (name: string): Uint8Array<ArrayBuffer> => new Uint8Array(readFileSync(fileURLToPath(new URL(`../exporters/files/${name}`, import.meta.url))));
const model = read('one-data/one.onnx');
const data = read('one-data/weights.bin');

describe('weights beside an .onnx file', () => {
  it('are put into it, and all else stays as it was', () => {
    expect(externalFiles(model)).toEqual(['weights.bin']);
    const whole = withExternalData(model, new Map([['weights.bin', data]]));
    expect(externalFiles(whole)).toEqual([]);
    const { graph, opsets, metadata } = decodeModel(whole);
    const inOne = decodeModel(read('old17.onnx'));
    expect({ opsets, metadata, nodes: graph.nodes, inputs: graph.inputs, outputs: graph.outputs }).toEqual({
      opsets: inOne.opsets, metadata: inOne.metadata, nodes: inOne.graph.nodes, inputs: inOne.graph.inputs, outputs: inOne.graph.outputs,
    });
    const plain = ({ name, type, shape, raw }: (typeof graph.initializers)[number]) => ({ name, type, shape, raw: Array.from(raw) });
    expect(graph.initializers.map(plain)).toEqual(inOne.graph.initializers.map(plain));
  });

  it('are asked for by name where they are missing', () => {
    expect(() => withExternalData(model, new Map())).toThrow("The model's weights lie in another file, weights.bin: choose or drop it together");
    expect(() => decodeModel(model)).toThrow('lie in another file');
  });

  it('are refused where they are too short', () => {
    expect(() => withExternalData(model, new Map([['weights.bin', data.subarray(0, 100)]]))).toThrow('of weights.bin, which has 100: it is cut off');
  });

  it('are refused where a small file would have them many times over, before there is room for them', () => {
    const beside = new Map([['w', new Uint8Array(2 ** 20)]]);
    expect(withExternalData(externalModel([{ location: 'w', length: 2 ** 19 }, { location: 'w', offset: 2 ** 19 }]), beside).length).toBeGreaterThan(2 ** 20);
    const bomb = externalModel(Array.from({ length: 4000 }, () => ({ location: 'w' })));
    expect(() => withExternalData(bomb, beside)).toThrow('names the same bytes of w more than once');
    expect(() => withExternalData(externalModel([{ location: 'w' }, { location: 'w', offset: 2 ** 19 }]), beside)).toThrow('and its files have');
  });

  it('leave a model alone that has none, and refuse one that is damaged', () => {
    const whole = read('old17.onnx');
    expect(withExternalData(whole, new Map())).toBe(whole);
    expect(() => externalFiles(whole.subarray(0, 1000))).toThrow('cut off');
  });
});
