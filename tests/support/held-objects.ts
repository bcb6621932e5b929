import type { CDPSession, Page } from 'playwright-core';

/** What a page still holds once its garbage is collected. */
export interface HeldObjects {
  readonly workers: number;
  readonly ports: number;
  /** Listeners of events, of the page and of all that it holds. */
  readonly listeners: number;
  /** Nodes of documents. */
  readonly nodes: number;
  /** JavaScript heap in use, bytes. */
  readonly heapBytes: number;
}

/** Instances that can be reached of a class of the page. */
async function instances(devtools: CDPSession, name: string): Promise<number> {
  const { result: prototype } = await devtools.send('Runtime.evaluate', { expression: `${name}.prototype` });
  const { objects } = await devtools.send('Runtime.queryObjects', { prototypeObjectId: prototype.objectId ?? '' });
  const { result } = await devtools.send('Runtime.callFunctionOn', {
    objectId: objects.objectId, functionDeclaration: 'function () { return this.length; }', returnByValue: true,
  });
  await devtools.send('Runtime.releaseObject', { objectId: objects.objectId ?? '' });
  await devtools.send('Runtime.releaseObject', { objectId: prototype.objectId ?? '' });
  return Number(result.value);
}

/** Counts what a page holds. Chromium's count of listeners and nodes is of the whole process: the page must be the only one in it. */
export async function heldObjects(page: Page): Promise<HeldObjects> {
  const devtools = await page.context().newCDPSession(page);
  try {
    await devtools.send('Performance.enable');
    await devtools.send('HeapProfiler.enable');
    // What is collected may be what held something else.
    for (let i = 0; i < 3; i++) await devtools.send('HeapProfiler.collectGarbage');
    const [workers, ports] = [await instances(devtools, 'Worker'), await instances(devtools, 'MessagePort')];
    await devtools.send('HeapProfiler.collectGarbage');
    const { metrics } = await devtools.send('Performance.getMetrics');
    const metric = (name: string): number => metrics.find((each) => each.name === name)?.value ?? NaN;
    return { workers, ports, listeners: metric('JSEventListeners'), nodes: metric('Nodes'), heapBytes: metric('JSHeapUsedSize') };
  } finally {
    await devtools.detach();
  }
}
