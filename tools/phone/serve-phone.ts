import type { PhoneLink } from '../../src/app/shared/phone-link';
import { serveBuilt, type ServedFile, type Serving } from '../serve';
import { ensureCertificates, type Certificates } from './certificates';

export const DEFAULT_PHONE_PORT = 4443;

export interface PhoneOptions {
  /** Address of this machine in the local network: the only one that is bound besides loopback. */
  readonly host: string;
  /** Port for the phone, 0 for any. */
  readonly port: number;
  /** Port on loopback for the desktop page, 0 for any. */
  readonly desktopPort: number;
  /** Where certificates are kept. */
  readonly configFolder: string;
  /** Folder of the built page. */
  readonly folder?: string;
}

export interface PhoneServing {
  /** For the phone: https on the local network. */
  readonly phone: Serving;
  /** For the desktop: plain http on loopback, which browsers hold for secure. */
  readonly desktop: Serving;
  readonly certificates: Certificates;
  /** Where the phone finds the authority's certificate, to trust it. */
  readonly authorityUrl: string;
  close(): Promise<void>;
}

const AUTHORITY_PATH = '/sightglass-authority.crt';

/**
 * Serves the built page to the local network over https, and to this machine over http; besides the page only
 * `phone.json` (the address, for the page's own QR code) and the authority's public certificate.
 *
 * @throws Error where there is no built page, an address cannot be bound, or certificates cannot be kept
 */
export async function servePhone(options: PhoneOptions): Promise<PhoneServing> {
  const certificates = await ensureCertificates(options.configFolder, [options.host]);
  const files: Record<string, ServedFile> = {
    [AUTHORITY_PATH]: { type: 'application/x-x509-ca-cert', body: certificates.authority },
  };
  const phone = await serveBuilt({
    folder: options.folder,
    host: options.host,
    port: options.port,
    tls: { key: certificates.key, cert: certificates.cert },
    files,
  });
  const authorityUrl = new URL(AUTHORITY_PATH, phone.url).href;
  const link: PhoneLink = { url: phone.url, authorityUrl, fingerprint: certificates.fingerprint };
  files['/phone.json'] = { type: 'application/json', body: JSON.stringify(link) };
  try {
    const desktop = await serveBuilt({ folder: options.folder, port: options.desktopPort, files });
    return {
      phone,
      desktop,
      certificates,
      authorityUrl,
      close: async () => {
        await Promise.all([phone.close(), desktop.close()]);
      },
    };
  } catch (error) {
    await phone.close();
    throw error;
  }
}
