/** The element around another one as it is drawn: through slots and out of shadow trees. */
function around(element: Element): Element | null {
  if (element.assignedSlot) return element.assignedSlot;
  const parent = element.parentNode;
  return parent instanceof ShadowRoot ? parent.host : element.parentElement;
}

/** Whether something around an element can be scrolled up and down now. Lays the page out: not for each frame. */
export function isScrollable(element: Element): boolean {
  for (let outer = around(element); outer; outer = around(outer)) {
    const scrolls = outer === document.documentElement || /auto|scroll/.test(getComputedStyle(outer).overflowY);
    if (scrolls && outer.scrollHeight > outer.clientHeight + 1) return true;
  }
  return false;
}
