// Compiles the styles and copies GOV.UK Frontend's script into portal/static/build. Run by `npm run build`.
import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import * as sass from "sass";

const here = dirname(fileURLToPath(import.meta.url));
const portal = dirname(here);
const out = join(portal, "portal", "static", "build");
const govuk = join(portal, "node_modules", "govuk-frontend", "dist", "govuk");

mkdirSync(out, { recursive: true });
const { css } = sass.compile(join(here, "portal.scss"), {
  loadPaths: [join(portal, "node_modules")],
  quietDeps: true,
  style: "compressed",
});
writeFileSync(join(out, "portal.css"), css);
copyFileSync(join(govuk, "govuk-frontend.min.js"), join(out, "govuk-frontend.min.js"));
console.log(`Wrote ${out}`);
