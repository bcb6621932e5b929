import type { Readable } from 'node:stream';
import type { FastifyRequest } from 'fastify';
import type { MultipartFile } from '@fastify/multipart';
import type { Hold } from './held-bytes';
import { Problem } from './problem';
import type { Settings } from './settings';

/** Field of the multipart form that holds the image. */
export const FILE_FIELD = 'file';

type Limits = Pick<Settings, 'maxBytes' | 'maxFiles' | 'maxBatchBytes'>;

/** What a multipart form adds to its files, at most. */
export const FORM_OVERHEAD = 64 * 1024;

/** One file of a batch: its bytes, or why they were not taken. */
export interface BatchFile {
  /** Name that the sender gave, for the answer only. */
  readonly name: string;
  readonly content: Buffer | Problem;
}

function tooLarge(limit: number): Problem {
  return new Problem('upload-too-large', `The picture file is larger than the ${limit} bytes that are accepted.`);
}

declare module 'fastify' {
  interface FastifyRequest {
    /** What is held of its upload. */
    hold: Hold;
  }
}

/** Read to the end whatever is wrong, or the sender would not see the answer. */
async function bytesOf(part: MultipartFile, limit: number, hold: Hold): Promise<Buffer | Problem> {
  let chunks: Buffer[] = [];
  let problem: Problem | undefined;
  let held = 0;
  for await (const chunk of part.file as AsyncIterable<Buffer>) {
    if (problem) continue;
    try {
      hold.add(chunk.length);
      held += chunk.length;
      chunks.push(chunk);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      problem = error;
      chunks = [];
      // The files before it are still held.
      hold.release(held);
    }
  }
  return problem ?? (part.file.truncated ? tooLarge(limit) : Buffer.concat(chunks));
}

/**
 * Reads a body that is the image itself.
 * @param limit bytes that are accepted
 * @param refusal what is thrown where there are more
 * @throws Problem `upload-too-large`, before any of it is read where its length says so; `busy` where there is no room for it; `bad-request`
 */
export async function readBody(request: FastifyRequest, body: Readable, limit: number, refusal: (limit: number) => Problem = tooLarge): Promise<Buffer> {
  const announced = request.headers['content-length'];
  if (announced !== undefined && Number(announced) > limit) throw refusal(limit);
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of body.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > limit) throw refusal(limit);
      request.hold.add(chunk.length);
      chunks.push(chunk);
    }
  } finally {
    // Node throws away what is left only where nothing was read: the next request of the connection would wait behind it.
    body.resume();
  }
  return Buffer.concat(chunks);
}

/**
 * The image of a request: the field `file` of a multipart form, or the body itself.
 * @throws Problem `no-picture`, `bad-upload` or `upload-too-large`
 */
export async function readImage(request: FastifyRequest, { maxBytes }: Limits): Promise<Buffer> {
  if (!request.isMultipart()) {
    if (!Buffer.isBuffer(request.body) || request.body.length === 0) throw new Problem('no-picture', 'The request has no body.');
    return request.body;
  }
  let image: Buffer | Problem | undefined;
  const others: string[] = [];
  for await (const part of request.parts({ limits: { fileSize: maxBytes, files: 8, fields: 32 } })) {
    if (part.type === 'file' && part.fieldname === FILE_FIELD && !image) image = await bytesOf(part, maxBytes, request.hold);
    else {
      others.push(part.fieldname);
      if (part.type === 'file') part.file.resume();
    }
  }
  if (others.includes(FILE_FIELD)) {
    throw image
      ? new Problem('bad-upload', 'The form has more than one picture.', { next: 'Send one, or send all of them to /predict/batch.' })
      : new Problem('bad-upload', 'The field "file" holds text, not a file.');
  }
  if (image instanceof Problem) throw image;
  if (!image) {
    const seen = others.length > 0 ? `it has ${[...new Set(others)].map((name) => JSON.stringify(name)).join(', ')}` : 'it is empty';
    throw new Problem('no-picture', `The form has no file in the field "${FILE_FIELD}": ${seen}.`);
  }
  return image;
}

/**
 * All files of a multipart form, whatever their fields are called, in their order.
 * @throws Problem `bad-upload`, `no-picture`, `too-many-files`, or `upload-too-large` for all of them together
 */
export async function readBatch(request: FastifyRequest, { maxBytes, maxFiles, maxBatchBytes }: Limits): Promise<BatchFile[]> {
  if (!request.isMultipart()) {
    throw new Problem('bad-upload', 'A batch is a multipart/form-data body.', { next: 'curl -F file=@one.jpg -F file=@two.jpg ADDRESS/predict/batch' });
  }
  const files: BatchFile[] = [];
  let total = 0;
  let count = 0;
  for await (const part of request.parts({ limits: { fileSize: maxBytes, files: 10 * maxFiles, fields: 32 } })) {
    if (part.type !== 'file') continue;
    count++;
    if (count > maxFiles || total > maxBatchBytes) {
      part.file.resume();
      continue;
    }
    const content = await bytesOf(part, maxBytes, request.hold);
    if (Buffer.isBuffer(content)) total += content.length;
    files.push({ name: part.filename, content });
  }
  if (count > maxFiles) throw new Problem('too-many-files', `The batch has ${count} files; at most ${maxFiles} are accepted.`);
  if (total > maxBatchBytes) throw new Problem('upload-too-large', `The batch is larger than the ${maxBatchBytes} bytes that are accepted.`);
  if (files.length === 0) throw new Problem('no-picture', 'The form has no file.', { next: 'curl -F file=@one.jpg -F file=@two.jpg ADDRESS/predict/batch' });
  return files;
}
