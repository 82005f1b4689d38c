/** What Scalar's standalone file brings. */
interface Reference {
  createApiReference(selector: string, configuration: object): unknown;
}

const { Scalar } = globalThis as typeof globalThis & { Scalar: Reference }; // SAFETY: docs-reference.js came before

/** Everything comes from this server, and nothing goes elsewhere. */
Scalar.createApiReference("#reference", {
  url: "/openapi.json",
  withDefaultFonts: false,
  telemetry: false,
  showDeveloperTools: "never",
  agent: { disabled: true },
  hideClientButton: true,
  mcp: { disabled: true },
  metaData: { title: "Parley API" },
});
