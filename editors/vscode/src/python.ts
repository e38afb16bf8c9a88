/** The Python that the user selected for the workspace, where the Python extension is installed. */

import * as vscode from "vscode";

/** The part of the Python extension's interface that is used here. */
interface PythonExtension {
  readonly environments: {
    getActiveEnvironmentPath(resource?: vscode.Uri): { readonly id: string; readonly path: string };
    resolveEnvironment(path: {
      readonly id: string;
      readonly path: string;
    }): Promise<{ readonly executable: { readonly uri: vscode.Uri | undefined } } | undefined>;
    readonly onDidChangeActiveEnvironmentPath: vscode.Event<unknown>;
  };
}

/** Follows the selection; `changed` is called whenever the user selects another Python. */
export class SelectedPython {
  private extension: PythonExtension | undefined;

  constructor(
    private readonly subscriptions: vscode.Disposable[],
    private readonly changed: () => void,
  ) {}

  /** The interpreter; undefined where there is no Python extension, or where it fails. */
  async interpreter(): Promise<string | undefined> {
    try {
      const { environments } = (this.extension ??= await this.activate()) ?? {};
      const path = environments?.getActiveEnvironmentPath(vscode.workspace.workspaceFolders?.[0]?.uri);
      const environment = path && (await environments?.resolveEnvironment(path));
      return environment?.executable.uri?.fsPath;
    } catch {
      return undefined; // its own errors are its own to show
    }
  }

  private async activate(): Promise<PythonExtension | undefined> {
    const extension = await vscode.extensions.getExtension<PythonExtension>("ms-python.python")?.activate();
    if (extension !== undefined) {
      this.subscriptions.push(extension.environments.onDidChangeActiveEnvironmentPath(this.changed));
    }
    return extension;
  }
}
