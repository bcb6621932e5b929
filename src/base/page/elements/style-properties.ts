import { noChange } from 'lit';
import { type AttributePart, Directive, directive, type PartInfo, PartType } from 'lit/directive.js';

/** CSS properties by their names in CSS, custom ones too; undefined for none. */
export type StyleProperties = Readonly<Record<string, string | undefined>>;

class StylePropertiesDirective extends Directive {
  #previous: StyleProperties = {};

  constructor(part: PartInfo) {
    super(part);
    if (part.type !== PartType.ATTRIBUTE || part.name !== 'style' || (part.strings?.length ?? 0) > 2) {
      throw new Error('styleProperties must be all there is in a style attribute.');
    }
  }

  override render(_properties: StyleProperties): unknown {
    return noChange;
  }

  override update({ element }: AttributePart & { readonly element: HTMLElement }, [properties]: [StyleProperties]): unknown {
    const { style } = element;
    for (const name of Object.keys(this.#previous)) if (properties[name] === undefined) style.removeProperty(name);
    for (const [name, value] of Object.entries(properties)) {
      if (value !== undefined && value !== this.#previous[name]) style.setProperty(name, value);
    }
    this.#previous = properties;
    return noChange;
  }
}

/**
 * Sets an element's style, as Lit's styleMap does, but through the style object alone: styleMap writes a style attribute the
 * first time, which our content security policy (style-src 'self') refuses.
 */
export const styleProperties = directive(StylePropertiesDirective);
