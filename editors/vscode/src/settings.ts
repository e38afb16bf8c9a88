/** What the server is told of the user's settings and of the workspace's trust. */

import * as vscode from "vscode";

const NAMES = ["network", "registries", "mirrors", "realms", "proxy", "facts", "policy", "hints", "files", "offline"] as const;

/**
 * The section `moorage` as the server reads it: what the user set, and whether the workspace is trusted.
 *
 * Defaults are left out: they would stand over what the user's own configuration file says.
 */
export function section(): Record<string, unknown> {
  const configuration = vscode.workspace.getConfiguration("moorage");
  const chosen = NAMES.filter((name) => isChosen(configuration.inspect(name)));
  return {
    ...Object.fromEntries(chosen.map((name) => [name, configuration.get(name)])),
    trusted: vscode.workspace.isTrusted,
  };
}

function isChosen(values: ReturnType<vscode.WorkspaceConfiguration["inspect"]>): boolean {
  return [values?.globalValue, values?.workspaceValue, values?.workspaceFolderValue].some((value) => value !== undefined);
}
