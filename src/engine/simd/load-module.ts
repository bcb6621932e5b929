import plainUrl from './kernels.wasm?url';
import relaxedUrl from './kernels-relaxed.wasm?url';
import relaxedThreadsUrl from './kernels-relaxed-threads.wasm?url';
import threadsUrl from './kernels-threads.wasm?url';

/** Which build of the kernels. */
export interface KernelBuild {
  readonly relaxed: boolean;
  readonly threads: boolean;
}

/** Fetches and compiles a build of the kernels. */
export async function loadKernelModule({ relaxed, threads }: KernelBuild): Promise<WebAssembly.Module> {
  const url = relaxed ? (threads ? relaxedThreadsUrl : relaxedUrl) : threads ? threadsUrl : plainUrl;
  const response = await fetch(new URL(url, self.location.href));
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  // Some hosts serve .wasm with another MIME type, which compileStreaming refuses; the files are small.
  return WebAssembly.compile(await response.arrayBuffer());
}
