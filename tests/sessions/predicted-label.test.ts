import { describe, expect, it } from 'vitest';
import { numberedNames } from '../../src/base/shared/own-model';
import { distinctNames } from '../../src/recognise/shared/model-names';
import { labelOfPrediction } from '../../src/sessions/shared/predicted-label';
import { classesOf, namesById } from '../../src/sessions/shared/dataset/classes';

const probability = 0.5;

describe('what a session calls an answer', () => {
  it('is a class of ImageNet by its number, and what was taught or an own network names by its name', () => {
    expect(labelOfPrediction({ index: 281, probability }, 'ResNet-18')).toEqual({ index: 281, name: 'tabby' });
    expect(labelOfPrediction({ index: 1000, name: 'my mug', probability }, 'ResNet-18')).toEqual({ name: 'my mug' });
    expect(labelOfPrediction({ index: 2, name: 'bolt', ofNetwork: true, probability }, 'Parts')).toEqual({ name: 'bolt' });
  });

  it('tells the third class of one network without names from that of another, also in a training set', () => {
    const answer = { index: 2, name: 'class 2', ofNetwork: true, probability } as const;
    const labels = ['Parts', 'Leaves'].map((model) => labelOfPrediction(answer, model));
    expect(namesById(classesOf([], labels))).toEqual(['class 2 (Leaves)', 'class 2 (Parts)']);
    // A thing that a person taught and called so is theirs.
    expect(labelOfPrediction({ index: 7, name: 'class 7', probability }, 'Parts')).toEqual({ name: 'class 7' });
  });
});

describe('distinctNames', () => {
  it('puts the number behind each name that several classes have, in whichever case, and leaves the others', () => {
    expect(distinctNames(['crane', 'dog', 'Crane', 'crane'])).toEqual(['crane (class 0)', 'dog', 'Crane (class 2)', 'crane (class 3)']);
    // What is called so already keeps its name.
    expect(distinctNames(['a', 'a', 'a (class 1)'])).toEqual(['a (class 0)', 'a (class 1) (class 1)', 'a (class 1)']);
  });

  it('gives classes of one name numbers of their own in a training set', () => {
    const labels = distinctNames(['crane', 'Crane']).map((name, index) => labelOfPrediction({ index, name, ofNetwork: true, probability }, 'Ports'));
    expect(classesOf([], labels).map(({ id, from }) => [id, from.length])).toEqual([[0, 1], [1, 1]]);
  });

  it('leaves names that differ as they are', () => {
    const names = numberedNames(1000);
    expect(distinctNames(names)).toBe(names);
  });
});
