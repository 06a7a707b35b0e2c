import { defineConfig } from "vite";

// Django serves what lands in static/dist below /static/dist/; the manifest maps a source to its hashed file.
export default defineConfig({
  base: "/static/dist/",
  publicDir: "static/src/public",
  build: {
    outDir: "static/dist",
    emptyOutDir: true,
    manifest: "manifest.json",
    target: "es2022",
    modulePreload: { polyfill: false },
    rollupOptions: {
      input: ["static/src/app.ts", "static/src/player.ts"],
    },
  },
});
