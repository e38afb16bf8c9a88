/** Moorage in VS Code: wires the client to what the user does. */

import * as vscode from "vscode";

import { Client } from "./client";
import { SelectedPython } from "./python";
import { Status } from "./status";

let client: Client | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const output = vscode.window.createOutputChannel("Moorage", { log: true });
  const status = new Status();
  const python = new SelectedPython(context.subscriptions, () => void moorage.reconsider());
  const moorage = new Client(python, output, status);
  client = moorage;
  context.subscriptions.push(
    output,
    status,
    vscode.commands.registerCommand("moorage.restart", () => moorage.restart()),
    vscode.commands.registerCommand("moorage.showOutput", () => output.show(true)),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration("moorage.path")) {
        void moorage.restart();
      }
    }),
    vscode.workspace.onDidGrantWorkspaceTrust(async () => {
      await moorage.reconsider();
      await moorage.tellSettings();
    }),
  );
  await moorage.restart();
}

export async function deactivate(): Promise<void> {
  await client?.stop();
}
