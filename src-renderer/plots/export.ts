import type { Table } from '../../src-shared/text/table.ts';

export type { Table } from '../../src-shared/text/table.ts';

/** What a figure's numbers come from, e.g. {run: "Tiny", filter: "label:sad"}; repeated in each line of the CSV. */
export type Provenance = Readonly<Record<string, string>>;

/** A field per RFC 4180; a leading = + - @ of text is quoted apart so that no spreadsheet runs it as a formula. */
function csvField(value: string | number | null): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** The table as CSV with a header, the provenance as further columns; numbers at full precision. */
export function csvText(table: Table, provenance: Provenance = {}): string {
  const names = Object.keys(provenance);
  const values = Object.values(provenance);
  const lines = [[...table.columns, ...names], ...table.rows.map((row) => [...row, ...values])];
  return lines.map((line) => line.map(csvField).join(',')).join('\r\n') + '\r\n';
}

/** Properties that a stylesheet gives a plot and that must stand in the file itself. */
const INLINED = [
  'fill',
  'fill-opacity',
  'stroke',
  'stroke-width',
  'stroke-dasharray',
  'stroke-linejoin',
  'stroke-linecap',
  'opacity',
  'font-family',
  'font-size',
  'font-weight',
  'text-anchor',
];

/** Runs `body` with the page in the light theme, all within one frame, so that nobody sees it. */
function onPaper<T>(body: () => T): T {
  const page = document.documentElement;
  const theme = page.dataset['theme'];
  page.dataset['theme'] = 'light';
  try {
    return body();
  } finally {
    page.dataset['theme'] = theme;
  }
}

/** A plot as a file of its own: styles written into it, paper colours, white ground, title and description for readers. */
export function svgText(svg: SVGSVGElement, title: string, summary: string): string {
  return onPaper(() => {
    const copy = svg.cloneNode(true) as SVGSVGElement;
    const originals = [svg, ...svg.querySelectorAll('*')];
    const copies = [copy, ...copy.querySelectorAll('*')];
    for (const [i, original] of originals.entries()) {
      const target = copies[i];
      if (target === undefined) continue;
      const style = getComputedStyle(original);
      for (const name of INLINED) target.setAttribute(name, style.getPropertyValue(name));
      target.removeAttribute('class');
      target.removeAttribute('style');
    }
    const { width, height } = svg.getBoundingClientRect();
    copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
    copy.setAttribute('width', String(width));
    copy.setAttribute('height', String(height));
    const ground = document.createElementNS(copy.namespaceURI, 'rect');
    for (const [name, value] of Object.entries({ width, height, fill: '#FFFFFF' }))
      ground.setAttribute(name, String(value));
    const heading = document.createElementNS(copy.namespaceURI, 'title');
    heading.textContent = title;
    const description = document.createElementNS(copy.namespaceURI, 'desc');
    description.textContent = summary;
    copy.prepend(heading, description, ground);
    return new XMLSerializer().serializeToString(copy);
  });
}

/** The SVG as pixels, twice its CSS size. Rejects when the browser cannot draw it. */
export async function pngBlob(svg: string, width: number, height: number): Promise<Blob> {
  const url = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }));
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const canvas = document.createElement('canvas');
    canvas.width = Math.round(width * 2);
    canvas.height = Math.round(height * 2);
    canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((resolve, reject) =>
      canvas.toBlob(
        (blob) => (blob === null ? reject(new Error('The picture is too large.')) : resolve(blob)),
        'image/png',
      ),
    );
  } finally {
    URL.revokeObjectURL(url);
  }
}

/** Hands a file to the person as a download. */
export function save(name: string, content: Blob | string, type = 'text/plain'): void {
  const blob = typeof content === 'string' ? new Blob([content], { type }) : content;
  const url = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The download has its own reference once it has begun; a minute is ample.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
