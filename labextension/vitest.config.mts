import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['tests/**/*.test.{ts,tsx}'],
    // JupyterLab's packages import style sheets and one another as bundlers have it, not as Node does.
    server: { deps: { inline: [/@jupyterlab/, /@jupyter\//] } }
  }
});
