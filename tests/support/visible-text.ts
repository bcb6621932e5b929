import type { Page } from 'playwright-core';

/**
 * All words that a person sees or a screen reader says, of the whole page with its shadow trees: text that is drawn, and the
 * attributes that hold words. What is marked as English (`lang="en"`) is left out.
 */
export async function visibleText(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const found: string[] = [];
    const visit = (node: Node): void => {
      if (node instanceof Text) {
        const words = node.data.trim();
        if (words) found.push(words);
        return;
      }
      if (node instanceof Element) {
        if (node.getAttribute('lang') === 'en' || ['STYLE', 'SCRIPT', 'NOSCRIPT'].includes(node.tagName)) return;
        // Elements without a box of their own (contents, slots, options) are judged by what is in them.
        const { display } = getComputedStyle(node);
        if (display === 'none') return;
        if (display !== 'contents' && !node.checkVisibility({ visibilityProperty: true }) && node.tagName !== 'OPTION') return;
        for (const name of ['aria-label', 'title', 'placeholder', 'alt', 'aria-valuetext']) {
          const words = node.getAttribute(name)?.trim();
          if (words) found.push(words);
        }
        if (node.shadowRoot) node.shadowRoot.childNodes.forEach(visit);
      }
      node.childNodes.forEach(visit);
    };
    visit(document.body);
    return [...found, document.title];
  });
}
