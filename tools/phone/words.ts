import type { PhoneServing } from './serve-phone';

/** What a person reads in the terminal. */
export function phoneWords({ phone, desktop, certificates, authorityUrl }: PhoneServing, qr: string, folder: string): string {
  return `
${qr}
On the phone (in the same Wi-Fi):  ${phone.url}
On this machine:                   ${desktop.url}
Only the built app is served, and only while this runs. Ctrl+C stops it.

The phone does not know this machine's certificate yet${certificates.authorityIsNew ? ', which was made just now' : ''}. Choose one:

1. To try it: open the address and go past the warning.
   iPhone: Show Details > visit this website.   Android: Advanced > Proceed.
   The camera works; installing the app and running it without a network do not.
2. To trust it once: open  ${authorityUrl}  on the phone, compare
   SHA-256 ${certificates.fingerprint}
   iPhone:  Settings > Profile Downloaded > Install, then Settings > General > About > Certificate Trust Settings: switch
            "Sightglass on ..." on.
   Android: Settings > Security > Encryption & credentials > Install a certificate > CA certificate > choose the file.
   It speaks for addresses of local networks only, never for a site of the internet. Who has this machine's key could
   pose as a device of your network to that phone: it lies in ${folder}, readable only by you.
   Remove the certificate from the phone when you no longer need it.
`;
}
