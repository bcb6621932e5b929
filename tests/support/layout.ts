import type { Page } from 'playwright-core';
import { settled } from './waits';

/** Closes the sheet that is open; only once it is drawn so does the focus leave it, and keys are the page's again. */
export async function closeSheet(page: Page): Promise<void> {
  await page.keyboard.press('Escape');
  await page.locator('dialog[open]').waitFor({ state: 'detached' });
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
}

/** Closes the sheets that a test which failed has left open: they would lie over all that the next ones press. For `afterEach`. */
export function closeSheets(page: Page): Promise<void> {
  return page.evaluate(() => {
    const visit = (root: ParentNode): void => {
      for (const element of root.querySelectorAll('*')) {
        if (element instanceof HTMLDialogElement && element.open) element.close();
        if (element.shadowRoot) visit(element.shadowRoot);
      }
    };
    visit(document);
  });
}

/** A part of the page that breaks a rule of layout, in words. */
type Finding = string;

/**
 * What sticks out of the window to the side, and boxes that scroll sideways though they are not meant to: those that are say
 * so with `overflow-x` alone.
 */
export async function sidewaysScroll(page: Page): Promise<Finding[]> {
  return page.evaluate(() => {
    const found: string[] = [];
    const name = (element: Element): string => `${element.localName}.${element.getAttribute('class') ?? ''}`;
    if (document.documentElement.scrollWidth > innerWidth) found.push(`page: ${document.documentElement.scrollWidth} in ${innerWidth}`);
    const visit = (node: Document | ShadowRoot | Element, path: string, within: boolean): void => {
      for (const element of node.children) {
        const style = getComputedStyle(element);
        if (style.display === 'none' || style.visibility === 'hidden' || element.matches('.visually-hidden, svg *')) continue;
        const here = `${path} ${name(element)}`;
        const sideways = (style.overflowX === 'auto' || style.overflowX === 'scroll') && style.overflowY !== style.overflowX;
        const strip = element.matches('.examples, .scroll, .slots, .timeline');
        if (style.overflowX !== 'visible' && !sideways && !strip && style.overflowX !== 'hidden' && style.overflowX !== 'clip') {
          if (element.scrollWidth > element.clientWidth + 1) found.push(`${here}: ${element.scrollWidth} in ${element.clientWidth}`);
        }
        const { left, right, width } = element.getBoundingClientRect();
        const hides = within || strip || sideways;
        if (!hides && style.display !== 'contents' && width > 0 && (left < -1 || right > innerWidth + 1)) found.push(`${here}: from ${left} to ${right}`);
        visit(element.shadowRoot ?? element, here, hides || style.overflowX === 'hidden' || style.overflowX === 'clip');
        if (element.shadowRoot) visit(element, here, hides);
      }
    };
    visit(document.body, '', false);
    return found;
  });
}

/** Things to press that are smaller than a finger needs (44 px; 24 px within a line of text: WCAG 2.5.5 and 2.5.8). */
export async function smallTargets(page: Page): Promise<Finding[]> {
  return page.evaluate(() => {
    const found: string[] = [];
    const visit = (node: ParentNode): void => {
      for (const element of node.querySelectorAll<HTMLElement>('*')) {
        if (element.shadowRoot) visit(element.shadowRoot);
        if (!element.matches('button, a[href], input, select, textarea, summary, [role=slider]') || !element.checkVisibility({ visibilityProperty: true })) continue;
        // A label is pressed in place of what it is for.
        const label = element.closest('label');
        const { width, height } = (label ?? element).getBoundingClientRect();
        if (width === 0 || height === 0) continue;
        const inline = getComputedStyle(element).display === 'inline' && element.matches('a');
        // The pseudo-element of a card's link covers all of the card.
        if (getComputedStyle(element, '::after').position === 'absolute') continue;
        const least = inline ? 24 : 43.5;
        if (width < least || height < least) {
          found.push(`${element.localName} "${element.getAttribute('aria-label') ?? element.textContent?.trim() ?? ''}": ${Math.round(width)} x ${Math.round(height)}`);
        }
      }
    };
    visit(document);
    return found;
  });
}

/** Words that a box cuts off without saying so by an ellipsis. */
export async function cutWords(page: Page): Promise<Finding[]> {
  return page.evaluate(() => {
    const found: string[] = [];
    const visit = (node: ParentNode): void => {
      for (const element of node.querySelectorAll<HTMLElement>('*')) {
        if (element.shadowRoot) visit(element.shadowRoot);
        if (!element.matches('button, a, h1, h2, h3, li, p, label, dt, dd') || element.matches('.visually-hidden') || !element.checkVisibility()) continue;
        const style = getComputedStyle(element);
        if (style.textOverflow === 'ellipsis' || style.display === 'inline') continue;
        if (style.overflowX === 'visible' ? false : element.scrollWidth > element.clientWidth + 1) found.push(`${element.localName} "${element.textContent?.trim()}" is cut`);
        // A line that has no room sticks out of its box. What only a screen reader reads has no place.
        for (const node of element.childNodes) {
          if (!(node instanceof Text) || !node.data.trim()) continue;
          const range = document.createRange();
          range.selectNode(node);
          const [box, text] = [element.getBoundingClientRect(), range.getBoundingClientRect()];
          if (text.right > box.right + 1) found.push(`${element.localName} "${node.data.trim()}" sticks out by ${text.right - box.right}`);
        }
      }
    };
    visit(document);
    return found;
  });
}

/** Names of animations and transitions that run anywhere in the page. */
export async function runningAnimations(page: Page): Promise<Finding[]> {
  return page.evaluate(() => {
    const found: string[] = [];
    const visit = (root: Document | ShadowRoot): void => {
      for (const animation of root.getAnimations()) {
        if (animation.playState === 'running') found.push(animation instanceof CSSAnimation ? animation.animationName : 'transition');
      }
      for (const element of root.querySelectorAll('*')) if (element.shadowRoot) visit(element.shadowRoot);
    };
    visit(document);
    return found;
  });
}

/**
 * Controls that something else lies over where they are pressed, in their middle, and fixed or sticky boxes that lie over each other. What is
 * scrolled away within a list of its own does not count. Waits until nothing slides in any more.
 */
export async function coveredControls(page: Page): Promise<Finding[]> {
  await settled(page);
  return page.evaluate(() => {
    const found: string[] = [];
    const above = (node: Node): Node | null =>
      (node instanceof Element ? node.assignedSlot : null) ?? node.parentNode ?? (node instanceof ShadowRoot ? node.host : null);
    const holds = (outer: Element, inner: Element | null): boolean => {
      for (let node: Node | null = inner; node; node = above(node)) if (node === outer) return true;
      return false;
    };
    const hit = (x: number, y: number): Element | null => {
      let element = document.elementFromPoint(x, y);
      while (element?.shadowRoot) {
        const inner = element.shadowRoot.elementFromPoint(x, y);
        if (!inner || inner === element) break;
        element = inner;
      }
      return element;
    };
    const inItsList = (element: Element, x: number, y: number): boolean => {
      for (let node = above(element); node; node = above(node)) {
        if (!(node instanceof Element) || !/auto|scroll|hidden/.test(getComputedStyle(node).overflow)) continue;
        const { left, top, right, bottom } = node.getBoundingClientRect();
        if (x < left || x >= right || y < top || y >= bottom) return false;
      }
      return true;
    };
    const name = (element: Element): string => `${element.localName} "${element.getAttribute('aria-label') ?? element.textContent?.trim().slice(0, 40) ?? ''}"`;
    const fixed: Element[] = [];
    const visit = (node: ParentNode): void => {
      for (const element of node.querySelectorAll<HTMLElement>('*')) {
        if (element.shadowRoot) visit(element.shadowRoot);
        if (!element.checkVisibility({ visibilityProperty: true })) continue;
        const { position, pointerEvents } = getComputedStyle(element);
        const { left, top, width, height } = element.getBoundingClientRect();
        if ((position === 'fixed' || position === 'sticky') && pointerEvents !== 'none' && width > 0 && height > 0) fixed.push(element);
        if (!element.matches('button, a[href], input, select, summary') || width < 4 || height < 4) continue;
        const [x, y] = [left + width / 2, top + height / 2];
        if (x < 0 || y < 0 || x >= innerWidth || y >= innerHeight || !inItsList(element, x, y)) continue;
        const there = hit(x, y);
        if (!holds(element, there) && !(there && holds(there, element))) found.push(`${name(element)} is under ${there ? name(there) : 'nothing'}`);
      }
    };
    visit(document);
    for (const [i, a] of fixed.entries()) {
      for (const b of fixed.slice(i + 1)) {
        if (holds(a, b) || holds(b, a)) continue;
        const [one, two] = [a.getBoundingClientRect(), b.getBoundingClientRect()];
        if (Math.min(one.right, two.right) - Math.max(one.left, two.left) > 1 && Math.min(one.bottom, two.bottom) - Math.max(one.top, two.top) > 1) {
          found.push(`${name(a)} and ${name(b)} lie over each other`);
        }
      }
    }
    return found;
  });
}
