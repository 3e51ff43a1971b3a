// Lists the built web client in a .qrc file and puts a gzip copy beside each text, so that the server never compresses it again.
// usage: node pack.mjs DIST QRC
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { constants, gzipSync } from "node:zlib";

const [dist, qrc] = process.argv.slice(2);
const texts = /\.(html|js|css|json|svg|webmanifest|txt)$/;

function* files(folder) {
  for (const name of readdirSync(folder).sort()) {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) yield* files(path);
    else if (!name.endsWith(".gz")) yield path;
  }
}

const lines = [];
for (const path of files(dist)) {
  const name = relative(dist, path);
  lines.push(`<file alias="${name}">${path}</file>`);
  const whole = readFileSync(path);
  if (!texts.test(name) || whole.length < 1024) continue;
  const small = gzipSync(whole, { level: constants.Z_BEST_COMPRESSION });
  if (small.length > whole.length * 0.9) continue;
  writeFileSync(`${path}.gz`, small);
  lines.push(`<file alias="${name}.gz">${path}.gz</file>`);
}
writeFileSync(qrc, `<RCC><qresource prefix="/web">\n${lines.join("\n")}\n</qresource></RCC>\n`);
