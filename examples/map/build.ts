import { cpSync, rmSync } from 'node:fs';
import { build } from 'esbuild';

// All that the page needs, in one folder for any web server; fonts, images and texts of the map are among it.
rmSync('dist', { recursive: true, force: true });
await build({
  entryPoints: ['main.ts'],
  bundle: true,
  splitting: true,
  format: 'esm',
  target: 'es2022',
  minify: true,
  outdir: 'dist',
});
cpSync('node_modules/@arcgis/core/assets', 'dist/assets', { recursive: true });
for (const file of ['index.html', 'config.json']) cpSync(file, `dist/${file}`);
