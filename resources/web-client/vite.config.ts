// One page application, embedded in the server program. Nothing is inlined: the server forbids inline scripts.
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { env } from 'node:process';
import { defineConfig } from 'vitest/config';

const server = env['MATINEE_URL'] ?? 'http://127.0.0.1:8080';

export default defineConfig({
  plugins: [svelte()],
  build: {
    outDir: 'dist',
    target: ['es2020', 'chrome90', 'firefox90', 'safari14'],
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    sourcemap: false,
    chunkSizeWarningLimit: 700,
  },
  server: {
    proxy: Object.fromEntries(['/api', '/avatars', '/flv', '/hls', '/poster', '/preview', '/recordings', '/health'].map((path) => [path, { target: server, ws: path === '/api' }])),
  },
  test: { include: ['src/**/*.test.ts'], environment: 'node' },
});
