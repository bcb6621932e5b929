import type { CameraStage } from './camera-stage';
import type { LabelList } from './label-list';

const DURATION_MS = 280;

/** Has the outline of the square run into the first label's row, once that is drawn. @param root where both are, and what runs (class `trace`) */
export async function drawTrace(root: ParentNode): Promise<void> {
  const list = root.querySelector<LabelList>('sg-label-list');
  const trace = root.querySelector('.trace');
  // Its rows are drawn after the view.
  await list?.updateComplete;
  const square = root.querySelector<CameraStage>('sg-camera-stage')?.square;
  const row = list?.renderRoot.querySelector('li')?.getBoundingClientRect();
  if (!trace || !square || !row) return;
  const { left, top } = trace.getBoundingClientRect();
  const at = ({ x, y, width, height }: DOMRectReadOnly): Keyframe => ({ left: `${x - left}px`, top: `${y - top}px`, width: `${width}px`, height: `${height}px` });
  const frames = [{ ...at(square), opacity: 1 }, { ...at(row), opacity: 1, offset: 0.85 }, { ...at(row), opacity: 0 }];
  trace.animate(frames, { duration: DURATION_MS, easing: 'cubic-bezier(0.3, 0, 0.2, 1)' });
}
