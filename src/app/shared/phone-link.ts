/** What `npm run phone` tells the page (phone.json): where a phone finds it. Other servers give `{}`. */
export interface PhoneLink {
  /** Address for the phone, https. */
  readonly url: string;
  /** Where the phone finds the certificate to trust. */
  readonly authorityUrl: string;
  /** SHA-256 of that certificate, hex pairs with colons. */
  readonly fingerprint: string;
}
