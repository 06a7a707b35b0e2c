import purgeCSSPlugin from "@fullhuman/postcss-purgecss";
import { defineConfig } from "vite";

const ELEMENTS = /^(html|body|h[1-6]|p|a|ul|ol|li|dl|dt|dd|table|thead|tbody|tfoot|tr|th|td|caption|pre|code|kbd|hr|small|strong|em|mark|img|svg|form|fieldset|legend|label|input|button|select|textarea|progress|summary|details|dialog|video|audio|canvas|blockquote|figure)$/;

// Tabler's style sheet is 670 kB: only what a template, a form or a script names goes to the browser.
const purge = purgeCSSPlugin({
  content: ["templates/**/*.html", "static/src/**/*.ts", "config/common/template_tags.py", "*/forms.py", "*/forms/*.py"],
  safelist: { standard: [ELEMENTS, /^htmx-/], greedy: [/data-bs-theme/] },
  dynamicAttributes: ["type", "open", "disabled", "hidden"],
});

const purgeTabler = {
  postcssPlugin: "purge-tabler",
  OnceExit(root, helpers) {
    return root.source.input.file.endsWith("tabler.css") ? purge.OnceExit(root, helpers) : undefined;
  },
};

// Every browser that runs this page reads WOFF2: KaTeX' other two formats of each font would only be carried along.
const onlyWoff2 = {
  postcssPlugin: "only-woff2",
  Declaration: {
    src(declaration) {
      const files = declaration.value.split(",").filter((file) => file.includes("woff2"));
      if (files.length > 0) declaration.value = files.join(",");
    },
  },
};

// Django serves what lands in static/dist below /static/dist/; the manifest maps a source to its hashed file.
export default defineConfig({
  base: "/static/dist/",
  publicDir: "static/src/public",
  css: { postcss: { plugins: [purgeTabler, onlyWoff2] } },
  build: {
    outDir: "static/dist",
    emptyOutDir: true,
    manifest: "manifest.json",
    target: "es2022",
    // Small fonts as data: addresses would be refused by the content policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: {
      input: ["static/src/app.ts", "static/src/chat.ts", "static/src/player.ts", "static/src/sql.ts", "static/src/voice.ts"],
    },
  },
});
