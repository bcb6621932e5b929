import { css } from 'lit';
import { ON_ITS_SIDE } from '../../base/page/elements/styles';

export const appStyles = css`
  :host {
    position: relative;
    /* What lies beside the views sees by it how much room there is for its text. */
    container-type: inline-size;
    display: grid;
    grid-template: auto auto minmax(0, 1fr) auto auto / minmax(0, 1fr);
    grid-template-areas: 'head' 'notices' 'main' 'running' 'views';
    height: 100vh;
    height: 100dvh;
    background: var(--sg-background);
  }
  header {
    grid-area: head;
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.5rem;
    padding: max(0.5rem, env(safe-area-inset-top)) max(0.75rem, env(safe-area-inset-right)) 0.5rem
      max(0.75rem, env(safe-area-inset-left));
  }
  h1 {
    flex: 1;
    margin: 0;
    font-size: var(--sg-size-l);
    letter-spacing: -0.01em;
  }
  /* On a narrow page its name is cut short before it takes a line of its own. */
  header .model {
    flex: 100 1 8.5rem;
    min-width: 0;
    max-width: max-content;
  }
  header .model span {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  main {
    grid-area: main;
    /* What only a screen reader reads is scrolled with it, and makes the page no higher. */
    position: relative;
    min-height: 0;
    /* Views see by it how much room there is for their text, however large that is. */
    container-type: size;
    /* Where text is so large that not all fits. */
    overflow: auto;
  }
  sg-lazy-view:not([active]) {
    display: none;
  }
  sg-view-navigation {
    grid-area: views;
    padding: 0.25rem max(0.5rem, env(safe-area-inset-right)) max(0.35rem, env(safe-area-inset-bottom))
      max(0.5rem, env(safe-area-inset-left));
  }
  @media (min-width: 48rem), ${ON_ITS_SIDE} {
    :host {
      grid-template: auto auto minmax(0, 1fr) auto / minmax(0, 1fr) auto;
      grid-template-areas: 'head views' 'notices notices' 'main main' 'running running';
    }
    /* Side by side neither is at the other's edge of the screen. */
    header {
      flex: 1;
      padding-right: 0.75rem;
    }
    sg-view-navigation {
      align-self: center;
      padding-left: 0.5rem;
    }
    sg-running-strip {
      padding-bottom: max(0.35rem, env(safe-area-inset-bottom));
    }
  }
  .notices {
    grid-area: notices;
  }
  sg-running-strip {
    grid-area: running;
    padding: 0.35rem max(0.75rem, env(safe-area-inset-right)) 0.35rem max(0.75rem, env(safe-area-inset-left));
  }
  .notice {
    display: flex;
    align-items: center;
    gap: 1rem;
    width: fit-content;
    max-width: 36rem;
    margin: 0 auto 0.5rem;
    padding: 0.75rem 1rem;
    border: 1px solid var(--sg-line);
    border-radius: var(--sg-radius-l);
    background: var(--sg-surface);
  }
  .notice p {
    margin: 0;
  }
  @media ${ON_ITS_SIDE} {
    header {
      flex-wrap: nowrap;
      padding-block: max(0.25rem, env(safe-area-inset-top)) 0.25rem;
    }
    header h1 {
      flex: 1 0 auto;
    }
    sg-view-navigation {
      padding-block: 0.25rem;
    }
  }
`;
