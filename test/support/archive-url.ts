/** In a file of its own, because the tests that read it may not name Node's modules. */
export const ARCHIVE_URL = "archiveUrl";

declare module "vitest" {
  interface ProvidedContext {
    /** Of an archive for tests that run where there is no file. */
    archiveUrl: string;
  }
}
