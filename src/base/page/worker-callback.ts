import { expose, proxy, type ProxyMarked, type TransferHandler, transferHandlers } from 'comlink';

/** The page's ends of the channels that callbacks were given to workers by. */
const ports = new WeakMap<object, MessagePort[]>();

/*
 * Comlink closes the channel of a callback when its worker says so, and a worker that is ended says nothing any more: the page's end, the callback and all
 * that it knows (the worker too) would be held for the rest of the visit. So the page's ends are noted here.
 */
const handler = transferHandlers.get('proxy') as TransferHandler<object, MessagePort>;
transferHandlers.set('proxy', {
  ...handler,
  serialize(target: object) {
    const { port1, port2 } = new MessageChannel();
    expose(target, port1);
    ports.set(target, [...(ports.get(target) ?? []), port1]);
    return [port2, [port2]];
  },
});

/** A function of the page that a worker may call, and wait for, until it is given to {@link releaseCallback}. */
export function callback<Arguments extends unknown[], Result>(listener: (...given: Arguments) => Result): ((...given: Arguments) => Result) & ProxyMarked {
  return proxy((...given: Arguments) => listener(...given));
}

/** Lets go of a callback: the worker's calls of it are heard no more. */
export function releaseCallback(released: object): void {
  for (const port of ports.get(released) ?? []) port.close();
  ports.delete(released);
}
