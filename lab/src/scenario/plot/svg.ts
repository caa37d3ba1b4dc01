/** Size and place of everything, in px of a picture 900 wide. */
export const layout = { width: 900, left: 58, right: 876, title: 48, laneHeight: 15, panelGap: 18 } as const;

export const colours = {
  ink: '#1f2933',
  faint: '#7b8794',
  grid: '#e4e7eb',
  step: '#3e4c59',
  delay: '#1f6feb',
  spread: '#c6dbfb',
  loss: '#d64545',
  outage: '#fbe3e3',
  rate: '#2f855a',
  rateFill: '#cdebd9',
  failover: '#c05621',
  failback: '#2f855a',
  better_path: '#2f855a',
} as const;

export const escapeText = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** A number short enough for a picture. */
export const coordinate = (value: number): string => String(Number(value.toFixed(1)));

interface TextStyle {
  readonly size?: number;
  readonly colour?: string;
  readonly anchor?: 'start' | 'middle' | 'end';
  readonly bold?: boolean;
  /** White around the letters, to be read over lines. */
  readonly halo?: boolean;
}

export function textAt(x: number, y: number, text: string, style: TextStyle = {}): string {
  const { size = 11, colour = colours.ink, anchor = 'start', bold = false, halo = false } = style;
  const weight = bold ? ' font-weight="600"' : '';
  const around = halo ? ' stroke="#ffffff" stroke-width="4" paint-order="stroke"' : '';
  const place = `x="${coordinate(x)}" y="${coordinate(y)}" font-size="${size}" fill="${colour}" text-anchor="${anchor}"`;
  return `<text ${place}${weight}${around}>${escapeText(text)}</text>`;
}

export const lineFrom = (x1: number, y1: number, x2: number, y2: number, colour: string, extra = ''): string =>
  `<line x1="${coordinate(x1)}" y1="${coordinate(y1)}" x2="${coordinate(x2)}" y2="${coordinate(y2)}" stroke="${colour}"${extra}/>`;

export const rectangle = (x: number, y: number, width: number, height: number, colour: string): string =>
  `<rect x="${coordinate(x)}" y="${coordinate(y)}" width="${coordinate(Math.max(0.8, width))}" height="${coordinate(height)}" fill="${colour}"/>`;

/** A curve with holes where points are null. */
export function curve(points: readonly (readonly [number, number] | null)[], colour: string): string {
  let pen = 'M';
  const commands = points.map((point) => {
    if (point === null) {
      pen = 'M';
      return '';
    }
    const command = `${pen}${coordinate(point[0])} ${coordinate(point[1])}`;
    pen = 'L';
    return command;
  });
  return `<path d="${commands.join('')}" fill="none" stroke="${colour}" stroke-width="1.5" stroke-linecap="round"/>`;
}
