import type { PictureInfo } from '../dataset';
import { boxedClasses, cornersOf, type DatasetContext, type Pictures, type ZipContent } from './format';
import { textBlocks, xml } from '../../export/text';

/**
 * CVAT for images 1.1 (docs.cvat.ai, "CVAT for images"): `annotations.xml` with each picture's boxes, and the pictures. Whose label it is
 * stands in the attribute `author`.
 */
export async function* cvatImages({ definition, classes }: DatasetContext, pictures: Pictures): AsyncGenerator<ZipContent> {
  const noted: PictureInfo[] = [];
  for await (const { jpeg, ...info } of pictures) {
    yield { name: `images/${info.side}/${info.file}`, input: jpeg };
    noted.push(info);
  }
  const names = classes.filter(({ from }) => from.length > 0).map(({ name }) => name);
  yield { name: 'annotations.xml', input: textBlocks(document(definition.name, names, noted)) };
}

/** What a label of a CVAT task says of itself. */
export function cvatLabels(names: readonly string[]): string {
  const attributes = '<attributes><attribute><name>author</name><mutable>False</mutable><input_type>text</input_type><default_value></default_value><values></values></attribute></attributes>';
  return names.map((name) => `<label><name>${xml(name)}</name><type>any</type>${attributes}</label>`).join('\n');
}

function* document(name: string, labels: readonly string[], pictures: readonly PictureInfo[]): Generator<string> {
  yield `<?xml version="1.0" encoding="utf-8"?>\n<annotations>\n<version>1.1</version>\n<meta><task><name>${xml(name)}</name><size>${pictures.length}</size><mode>annotation</mode>`;
  yield `<overlap>0</overlap><labels>\n${cvatLabels(labels)}\n</labels></task></meta>\n`;
  for (const [id, picture] of pictures.entries()) {
    const { side, file, width, height, box } = picture;
    yield `<image id="${id}" name="${xml(`${side}/${file}`)}" width="${width}" height="${height}">\n`;
    const { left, top, right, bottom } = cornersOf(box);
    for (const { name: label, author } of boxedClasses(picture)) {
      yield `<box label="${xml(label)}" source="${author === 'network' ? 'auto' : 'manual'}" occluded="0" xtl="${left}" ytl="${top}" xbr="${right}" ybr="${bottom}" z_order="0">`;
      yield `<attribute name="author">${author}</attribute></box>\n`;
    }
    yield '</image>\n';
  }
  yield '</annotations>\n';
}
