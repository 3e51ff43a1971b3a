// A QR code as one SVG path: squares of one unit, with the quiet zone that readers need. Pure.
import { encode } from 'uqr';

export interface QrPath {
  size: number;
  path: string;
}

export function qrPath(text: string): QrPath {
  const { size, data } = encode(text, { ecc: 'M', border: 4 });
  let path = '';
  data.forEach((row, y) => {
    for (let x = 0; x < row.length; x++) {
      if (!row[x]) continue;
      let end = x;
      while (row[end]) end++;
      path += `M${x} ${y}h${end - x}v1H${x}z`;
      x = end;
    }
  });
  return { size, path };
}
