/** Which documents the server is told of. It decides itself which of them name images, and says nothing of the rest. */

const LANGUAGES = ["dockerfile", "dockercompose", "dockerbake", "yaml", "github-actions-workflow", "helm"];
const PATTERNS = ["**/{Dockerfile,dockerfile,Containerfile,containerfile}*", "**/*docker-bake*.{hcl,json}"];

export const FILES = ["file", "untitled"].flatMap((scheme) => [
  ...LANGUAGES.map((language) => ({ scheme, language })),
  ...PATTERNS.map((pattern) => ({ scheme, pattern })),
]);
