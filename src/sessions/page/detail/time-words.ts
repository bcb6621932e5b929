/** Microseconds as minutes, seconds and hundredths: "1:05.25"; with hours from one hour on. */
export function preciseTime(timeUs: number): string {
  const hundredths = Math.round(timeUs / 1e4);
  const two = (value: number): string => String(value).padStart(2, '0');
  const [h, m, s] = [Math.floor(hundredths / 360_000), Math.floor(hundredths / 6000) % 60, Math.floor(hundredths / 100) % 60];
  return `${h > 0 ? `${h}:${two(m)}` : m}:${two(s)}.${two(hundredths % 100)}`;
}

/** A mark of a ruler: tenths only where marks are that close. */
export function rulerTime(timeUs: number): string {
  const precise = preciseTime(timeUs);
  return precise.endsWith('.00') ? precise.slice(0, -3) : precise.slice(0, -1);
}
