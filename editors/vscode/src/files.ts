/**
 * Which documents the server is told of. It decides itself which of them name images, and says nothing of the rest.
 *
 * `files.json` has the languages and the names of the formats that it reads, which tests hold against the server's own
 * list, and the languages (`texts`) of other files in which `policy.files.text` may have it look for images.
 */

import files from "./files.json";

export interface Filter {
  scheme: string;
  language?: string;
  pattern?: string;
}

export const FILES: Filter[] = ["file", "untitled"].flatMap((scheme) => [
  ...[...files.languages, ...files.texts].map((language) => ({ scheme, language })),
  ...files.patterns.map((pattern) => ({ scheme, pattern })),
]);
