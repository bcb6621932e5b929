import { describe, expect, it } from 'vitest';
import { readGraph } from '../../../src/engine/graph/read-graph';
import type { LayeredNetwork } from '../../../src/engine/graph/layers';
import { tflite } from '../../../tools/bench/rivals/tflite';
import { mobileNetV2 } from '../../../tools/networks/mobilenet-v2';

/** What the numbers mean is compared with native onnxruntime by the benchmark itself, before anything is timed. */
describe('a flatbuffer for LiteRT.js', () => {
  const network = readGraph(mobileNetV2(1));

  it('is one of TensorFlow Lite, and has every weight', () => {
    const bytes = tflite(network);
    expect(new TextDecoder().decode(bytes.subarray(4, 8))).toBe('TFL3');
    const weights = network.layers.reduce((sum, layer) => sum + ('weight' in layer ? layer.weight.byteLength + layer.bias.byteLength : 0), 0);
    expect(weights).toBeGreaterThan(13e6);
    expect(bytes.length).toBeGreaterThan(weights);
    expect(bytes.length).toBeLessThan(weights * 1.05);
  });

  it('is refused where TensorFlow Lite has no such thing', () => {
    const clamped: LayeredNetwork = { ...network, layers: network.layers.map((layer) => (layer.kind === 'convolution' && layer.high === 6 ? { ...layer, high: 4 } : layer)) };
    expect(() => tflite(clamped)).toThrow('from 0 to 4');
    expect(() => tflite({ ...network, normalise: { factor: [1, 1, 1], offset: [0, 0, 0] } })).toThrow('normalises');
  });
});
