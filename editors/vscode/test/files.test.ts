import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { FILES } from "../src/files";

const manifest = JSON.parse(readFileSync("package.json", "utf8")) as { activationEvents: string[] };

test("files on disk and those that were never saved, by language or by name", () => {
  assert.deepEqual([...new Set(FILES.map((filter) => filter.scheme))], ["file", "untitled"]);
  assert.ok(FILES.every((filter) => (filter.language === undefined) !== (filter.pattern === undefined)));
});

test("each language that says a format by itself starts the extension", () => {
  for (const language of ["dockerfile", "dockercompose", "dockerbake", "yaml", "github-actions-workflow", "helm"]) {
    assert.ok(manifest.activationEvents.includes(`onLanguage:${language}`), language);
    assert.ok(FILES.some((filter) => filter.scheme === "file" && filter.language === language), language);
  }
});
