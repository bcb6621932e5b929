import { instantiateKernels, type HelpRequest } from './kernels.ts';

/** A thread of the SIMD engine: says that it is ready, then works until its engine ends it. */
self.addEventListener('message', (event: MessageEvent<HelpRequest>) => {
  const { module, memory, stackTop, help } = event.data;
  void instantiateKernels(module, memory).then((kernels) => {
    kernels.__stack_pointer.value = stackTop;
    self.postMessage('ready');
    kernels.help?.(...help);
  });
});
