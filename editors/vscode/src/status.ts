/** What the language status (the braces in the status bar) says of the server. */

import * as vscode from "vscode";
import { State } from "vscode-languageclient/node";

import { FILES } from "./files";

export class Status implements vscode.Disposable {
  private readonly item = vscode.languages.createLanguageStatusItem("moorage", FILES);

  constructor() {
    this.item.name = "Moorage";
    this.item.text = "Moorage";
    this.item.command = { command: "moorage.showOutput", title: "Show Output" };
  }

  /** The state of the server that is `program`. */
  show(state: State, program: string): void {
    this.item.busy = state === State.Starting;
    this.item.severity =
      state === State.Stopped ? vscode.LanguageStatusSeverity.Error : vscode.LanguageStatusSeverity.Information;
    this.item.detail =
      state === State.Stopped
        ? "the server has stopped"
        : vscode.workspace.isTrusted
          ? program
          : "registries are not asked: the workspace is not trusted";
  }

  /** No server runs, and why. */
  problem(sentence: string): void {
    this.item.busy = false;
    this.item.severity = vscode.LanguageStatusSeverity.Error;
    this.item.detail = sentence;
  }

  dispose(): void {
    this.item.dispose();
  }
}
