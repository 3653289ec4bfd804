/** Something that happened while the server runs. A client is named `127.0.0.1:54321`, `[::1]:54321` or `unix#3`. */
export type LogEvent =
  | { readonly kind: "CONNECT"; readonly client: string }
  | { readonly kind: "DATA"; readonly client: string; readonly rxBytes: number; readonly txBytes: number }
  | {
      readonly kind: "DISCONNECT";
      readonly client: string;
      readonly connectedMs: number;
      readonly rxBytes: number;
      readonly txBytes: number;
    }
  | { readonly kind: "REJECT"; readonly client: string; readonly reason: string }
  | { readonly kind: "TIMEOUT"; readonly client: string; readonly idleMs: number }
  | { readonly kind: "ERROR"; readonly client: string; readonly message: string }
  /** what a reload by SIGHUP did */
  | { readonly kind: "RELOAD"; readonly message: string }
  /** a worker has exited or its replacement listens */
  | { readonly kind: "WORKER"; readonly worker: number; readonly message: string };
