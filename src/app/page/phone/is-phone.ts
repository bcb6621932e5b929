/** Whether this is a phone or a tablet: fingers alone, so that neither another phone nor a keyboard is meant. */
export const isPhone = (): boolean => matchMedia('(hover: none) and (pointer: coarse)').matches;
