import { css } from 'lit';
import { traceStyles } from './label-trace';
import { ON_ITS_SIDE } from '../../../base/page/elements/styles';

const own = css`
  :host {
    display: grid;
    grid-template-rows: minmax(min-content, 1fr) auto auto;
    min-height: 100%;
  }
  .centre {
    display: grid;
    place-content: center;
    justify-items: center;
    gap: 1rem;
    padding: 1rem;
    pointer-events: none;
    text-align: center;
  }
  /* A fault's way on lies over the figures. */
  .centre:has(sg-fault-panel) {
    z-index: 1;
  }
  .centre > * {
    pointer-events: auto;
  }
  sg-load-progress {
    padding: 1rem;
    border-radius: var(--sg-radius-l);
    background: var(--sg-surface);
  }
  .welcome {
    /* Over the dark of a stage that shows nothing yet, whatever the theme. */
    --sg-accent: var(--sg-aim);
    --sg-on-accent: #06231a;
    --sg-muted: #d5dae3;
    max-width: 26rem;
    color: #fff;
  }
  sg-start-drawing {
    width: 72px;
    height: 104px;
    margin: 0 auto 0.75rem;
  }
  @container (max-height: 24rem) {
    sg-start-drawing {
      display: none;
    }
  }
  .welcome h2 {
    margin: 0 0 0.5rem;
    font-size: var(--sg-size-xl);
    line-height: 1.2;
    text-wrap: balance;
  }
  .welcome p {
    margin: 0;
    color: #d5dae3;
  }
  .welcome button {
    margin-top: 0.75rem;
    border-color: rgb(255 255 255 / 0.6);
  }
  .over {
    display: flex;
    flex-direction: column;
    justify-content: space-between;
    gap: 0.75rem;
    padding: 0.75rem max(0.75rem, env(safe-area-inset-right)) 0.75rem max(0.75rem, env(safe-area-inset-left));
    pointer-events: none;
  }
  /* Over the picture, whatever the theme. */
  .glass {
    border-color: transparent;
    background: var(--sg-glass);
    color: #fff;
  }
  .foot {
    display: grid;
    margin-top: auto;
    grid-template-columns: minmax(0, 30rem);
    justify-content: center;
    gap: 0.75rem;
  }
  .foot > * {
    pointer-events: auto;
  }
  .missing {
    margin: 0;
    padding: 0.75rem 0.75rem 0;
    text-align: center;
  }
  /* Beside the picture, not over it. */
  sg-aim-hint {
    margin: 0.25rem max(0.75rem, env(safe-area-inset-right)) 0 max(0.75rem, env(safe-area-inset-left));
  }
  /* What became of a recording comes first, and in its place: the controls stay where they are. */
  sg-aim-hint:has(~ sg-recording-panel[filled]) {
    display: none;
  }
  sg-control-bar {
    grid-row: 3;
    position: sticky;
    bottom: 0;
    z-index: 1;
    background: var(--sg-background);
    padding: 0.75rem max(0.75rem, env(safe-area-inset-right)) max(0.75rem, env(safe-area-inset-bottom))
      max(0.75rem, env(safe-area-inset-left));
  }
  /* Little height: the buttons, and the recording, stand beside the picture; figures on one side of it, labels on the other. */
  @media ${ON_ITS_SIDE} {
    :host {
      grid-template: minmax(min-content, 1fr) auto / minmax(0, 1fr) auto;
    }
    sg-camera-stage {
      grid-area: 1 / 1 / 2 / 3;
    }
    sg-camera-stage:has(~ sg-control-bar[live]) {
      grid-area: 1 / 1 / 3 / 2;
    }
    sg-recording-panel {
      grid-area: 1 / 2;
    }
    /* An empty one would lie over the hint. */
    sg-recording-panel:not([filled]) {
      align-self: start;
    }
    .missing {
      grid-area: 1 / 2;
      width: 16rem;
    }
    sg-aim-hint {
      --sg-hint-flow: column;
      grid-area: 1 / 2;
      align-self: end;
      margin-left: 0.75rem;
      contain: inline-size;
    }
    sg-control-bar {
      grid-area: 2 / 1 / 3 / 3;
    }
    sg-control-bar[live] {
      grid-area: 2 / 2;
      box-sizing: border-box;
      /* Two beside each other, or as many as have room under the recording. */
      width: 0;
      min-width: max(100%, calc(88px + 6px + 0.75rem + max(0.75rem, env(safe-area-inset-right))));
      padding-left: 0.75rem;
      column-gap: 6px;
    }
    .over {
      display: grid;
      grid-template: minmax(0, 1fr) / minmax(0, 1fr);
      padding-right: 0.75rem;
      padding-bottom: max(0.75rem, env(safe-area-inset-bottom));
    }
    sg-live-bar,
    .foot {
      grid-area: 1 / 1;
    }
    .foot {
      align-self: end;
      width: min(100%, clamp(13rem, 34%, 22rem));
      margin-inline-start: auto;
      grid-template-columns: minmax(0, 1fr);
    }
  }
  @media (max-height: 42rem) {
    sg-control-bar {
      padding-top: 0.4rem;
      padding-bottom: max(0.4rem, env(safe-area-inset-bottom));
    }
  }
  /* Large text: a recording's labels and its stop before the zoom, which two fingers have too. */
  @container (max-height: 24rem) {
    sg-camera-stage:has(~ sg-control-bar[recording]) {
      --sg-further-labels: none;
    }
    sg-camera-stage:has(~ sg-control-bar[recording]) sg-camera-tools {
      display: none;
    }
  }
  /* Hardly any: the first label, and the shutter before the hint. */
  @container (max-height: 13rem) {
    sg-camera-stage {
      --sg-further-labels: none;
    }
    sg-aim-hint {
      display: none;
    }
  }
  /* A small phone that records: the picture before the second guess. */
  @media (max-height: 42rem) {
    sg-camera-stage:has(~ sg-control-bar[recording]) {
      --sg-further-labels: none;
    }
  }
`;

export const liveViewStyles = [traceStyles, own];
