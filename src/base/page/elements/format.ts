import { formatLanguage } from '../language';

const numbers = new Map<string, Intl.NumberFormat>();

/** Formats are dear to make, and wanted at each frame. */
function format(value: number, options: Intl.NumberFormatOptions): string {
  const locale = formatLanguage();
  const key = `${locale} ${options.unit ?? options.style ?? ''} ${options.maximumFractionDigits ?? ''}`;
  let known = numbers.get(key);
  if (!known) {
    known = new Intl.NumberFormat(locale, { minimumFractionDigits: options.maximumFractionDigits, ...options });
    numbers.set(key, known);
  }
  return known.format(value);
}

function unit(value: number, name: string, digits: number): string {
  return format(value, { style: 'unit', unit: name, unitDisplay: 'short', maximumFractionDigits: digits });
}

/** A number with so many decimals, as the reader writes it. */
export function decimal(value: number, digits: number): string {
  return format(value, { maximumFractionDigits: digits });
}

/** A share as whole per cent where it is 10 or more, with one decimal below. */
export function percent(share: number): string {
  const whole = share >= 0.0995 || share === 0;
  return format(share, { style: 'percent', maximumFractionDigits: whole ? 0 : 1 });
}

/** Bytes in decimal gigabytes, megabytes or kilobytes. */
export function fileSize(bytes: number): string {
  // What would be rounded up to 1,000.0 MB is 1.0 GB.
  if (bytes >= 999.95e6) return unit(bytes / 1e9, 'gigabyte', 1);
  return bytes >= 1e6 ? unit(bytes / 1e6, 'megabyte', 1) : unit(Math.max(1, Math.round(bytes / 1e3)), 'kilobyte', 0);
}

/** Milliseconds, a dash where there are none yet. */
export function milliseconds(value: number | undefined): string {
  return value === undefined ? '–' : unit(value, 'millisecond', value < 10 ? 1 : 0);
}

/** A rate a second. */
export function rate(value: number | undefined): string {
  return value === undefined ? '–' : decimal(value, 1);
}

/** A day and its time. */
export function dateTime(date: number | Date, timeStyle: 'short' | 'medium' = 'short'): string {
  return new Intl.DateTimeFormat(formatLanguage(), { dateStyle: 'medium', timeStyle }).format(date);
}

/** Words of a list: "a, b", or "a、b". */
export function list(words: readonly string[]): string {
  return words.join(formatLanguage().startsWith('zh') ? '、' : ', ');
}

/** Seconds as minutes and seconds, "1:05"; with hours from one hour on. */
export function clock(seconds: number): string {
  const whole = Math.floor(seconds);
  const two = (value: number): string => String(value).padStart(2, '0');
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}
