type Properties<Tag extends keyof HTMLElementTagNameMap> = Partial<
  Pick<HTMLElementTagNameMap[Tag], keyof HTMLElementTagNameMap[Tag] & ("className" | "textContent" | "title")>
> & { readonly [attribute: `aria-${string}`]: string };

/** A new element. Text is set as text, never as HTML. */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  properties: Properties<Tag> = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.startsWith("aria-")) made.setAttribute(name, String(value));
    else Object.assign(made, { [name]: value });
  }
  made.append(...children);
  return made;
}

/** A form with one line of text; `submit` gets it trimmed and not empty. */
export function lineForm(
  options: { className: string; label: string; button: string; clears: boolean },
  submit: (text: string) => void,
): { form: HTMLFormElement; input: HTMLInputElement } {
  const input = element("input", { "aria-label": options.label });
  input.placeholder = options.label;
  input.autocomplete = "off";
  const button = element("button", { className: "primary", textContent: options.button });
  const form = element("form", { className: options.className }, input, button);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const text = input.value.trim();
    if (text === "") return;
    if (options.clears) input.value = "";
    submit(text);
  });
  return { form, input };
}
