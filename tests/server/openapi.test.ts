import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { form, encodedImage, post, startService, type TestService } from '../support/server/service';
import { ROOT } from '../support/shared';

interface Operation {
  readonly responses: Readonly<Record<string, { readonly content: Readonly<Record<string, { readonly schema: object }>>; readonly headers?: Readonly<Record<string, unknown>> }>>;
  readonly parameters?: readonly { readonly name: string; readonly schema: object }[];
}
interface Document {
  readonly openapi: string;
  readonly info: { readonly version: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

describe('/openapi.json', () => {
  let service: TestService;
  let document: Document;
  let ajv: Ajv2020;

  beforeAll(async () => {
    service = await startService({ workers: 1, queue: 0, maxFiles: 2, maxBytes: 300_000, maxPixels: 100_000 });
    document = (await (await fetch(`${service.url}/openapi.json`)).json()) as Document;
    ajv = new Ajv2020({ strict: false, allErrors: true });
    addFormats(ajv);
    ajv.addSchema({ $id: 'document', ...document });
  });
  afterAll(() => service.end());

  const schemaOf = (path: string, method: string, status: number, type: string): ValidateFunction => {
    const pointer = `document#/paths/${path.replaceAll('/', '~1')}/${method}/responses/${status}/content/${type.replace('/', '~1')}/schema`;
    return ajv.compile({ $ref: pointer });
  };

  /** An answer must have a described status and the described shape. */
  const check = async (path: string, method: string, response: Response): Promise<void> => {
    const described = document.paths[path]?.[method]?.responses[String(response.status)];
    const body = await response.text();
    expect(described, `${method} ${path} ${response.status}: ${body}`).toBeDefined();
    if (!described) return;
    const type = response.headers.get('content-type')?.split(';')[0] ?? '';
    expect(Object.keys(described.content)).toContain(type);
    for (const header of Object.keys(described.headers ?? {})) expect(response.headers.get(header)).not.toBeNull();
    if (!type.endsWith('json')) return;
    const validate = schemaOf(path, method, response.status, type);
    expect(validate(JSON.parse(body)), `${body}: ${ajv.errorsText(validate.errors)}`).toBe(true);
  };

  it('is a valid OpenAPI document', async () => {
    const validator = new Validator();
    const result = await validator.validate({ ...structuredClone(document) });
    expect(result.errors).toBeUndefined();
    expect(result.valid).toBe(true);
    expect(validator.version).toBe('3.1');
    const broken = structuredClone(document) as { paths: Record<string, Record<string, unknown>> };
    broken.paths['/predict']['post'] = { responses: 'nothing' };
    expect((await new Validator().validate({ ...broken })).valid).toBe(false);
  });

  it('has the version of package.json', () => {
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
    expect(document.info.version).toBe(version);
  });

  it('describes every route that there is, and no other', () => {
    const routes = service.app.printRoutes({ commonPrefix: false });
    const found = [...routes.matchAll(/^[├└]── (\/\S*|\*) \(([^)]+)\)/gm)].flatMap(([, path, methods]) =>
      methods.split(', ').map((method) => `${method.toLowerCase()} ${path.replace(/:(\w+)/g, '{$1}')}`),
    );
    expect(routes).toContain('/predict');
    for (const [path, operations] of Object.entries(document.paths)) {
      for (const method of Object.keys(operations)) expect(service.app.hasRoute({ method: method.toUpperCase(), url: path.replace(/\{(\w+)\}/g, ':$1') }), `${method} ${path}`).toBe(true);
    }
    const undescribed = found.filter((route) => {
      const [method, path] = route.split(' ');
      return method !== 'head' && !path.includes('*') && path !== '/' && !document.paths[path]?.[method];
    });
    // The other methods of a route only answer 405, and OPTIONS 204 (http.test.ts).
    const others = undescribed.filter((route) => document.paths[route.split(' ')[1]] === undefined);
    expect(others).toEqual([]);
  });

  it('describes what is answered', async () => {
    const png = await encodedImage('png', 200, 200);
    const { url } = service;
    await check('/healthz', 'get', await fetch(`${url}/healthz`));
    await check('/metrics', 'get', await fetch(`${url}/metrics`));
    await check('/openapi.json', 'get', await fetch(`${url}/openapi.json`));
    const bodies: [Uint8Array | string, string][] = [
      [png, 'image/png'], ['', 'image/png'], ['words', 'image/png'], ['{}', 'application/json'], [png.subarray(0, 900), 'image/png'],
      [Buffer.alloc(900_000), 'image/png'], [await encodedImage('png', 400, 300), 'image/png'], ['x', 'multipart/form-data; boundary=y'],
    ];
    const seen = new Set<number>();
    for (const query of ['', '?k=1000', '?k=0', '?model=none', '?x=y', '?precision=int8', '?index=true', '?index=2']) {
      for (const [body, type] of bodies) {
        const response = await post(`${url}/predict${query}`, body, type);
        seen.add(response.status);
        await check('/predict', 'post', response);
      }
    }
    for (const response of await Promise.all([1, 2, 3].map(() => post(`${url}/predict`, png)))) {
      seen.add(response.status);
      await check('/predict', 'post', response);
    }
    expect([...seen].sort()).toEqual([200, 400, 404, 413, 415, 503]);
    for (const body of [{ inputs: [{ name: 'image', datatype: 'BYTES', shape: [1], data: [png.toString('base64')] }] }, {}]) {
      await check('/v2/models/{name}/infer', 'post', await fetch(`${url}/v2/models/efficientnet-lite0/infer`, { method: 'POST', body: JSON.stringify(body) }));
    }
    for (const files of [[png], [png, 'words'], [png, png, png], []] as const) {
      const body = form(files.map((bytes, i) => ['file', `${i}`, bytes] as const));
      await check('/predict/batch', 'post', await fetch(`${url}/predict/batch`, { method: 'POST', body }));
    }
  });
});
