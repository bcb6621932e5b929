import { describe, expect, it } from 'vitest';
import { newDataset, type Side } from '../../../src/sessions/shared/dataset/dataset';
import { planPictures } from '../../../src/sessions/shared/dataset/plan-pictures';
import { SetMember, SetNames } from '../../../src/sessions/shared/dataset/set-member';
import { labelOf } from '../../../src/sessions/worker/export/features';
import { aimedSession, sourceOf } from '../../support/session-fixture';

const names = new SetNames([{ id: 4, name: 'cat', from: ['class:281'] }, { id: 7, name: 'golden retriever', from: ['own:toy'] }]);

describe('features of a dataset', () => {
  it('have features with a person\'s labels alone, also where the classes are of what was recognised', async () => {
    const pictures = await planPictures(sourceOf(aimedSession()), { ...newDataset('', []).pictures, whose: 'predicted' });
    const predicted = new SetMember(names, pictures, new Map(pictures.map(({ key }): [string, Side] => [key, 'train'])));
    const [picture] = pictures;
    const toy = { id: 'd', startUs: 0, endUs: 6e6, label: { name: 'toy' } };
    expect(labelOf(toy, picture.timeUs, predicted, 'predicted')).toEqual({ label: { name: 'golden retriever', accepted: false }, inSet: { classId: 4, side: 'train' } });
    expect(labelOf(undefined, picture.timeUs, predicted, 'predicted').label).toBeUndefined();
    // No picture: what a person says is no class of this set.
    expect(labelOf(toy, picture.timeUs + 1, predicted, 'predicted').inSet).toEqual({ classId: undefined, side: undefined });
    expect(labelOf(toy, picture.timeUs + 1, predicted).inSet?.classId).toBe(7);
  });
});
