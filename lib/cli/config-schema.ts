import { describeOptions, isOperand, type OptionSections, type OptionSpec } from "./option-spec.ts";

function describeProperty({ json, description, defaultValue }: OptionSpec): object {
  return {
    description,
    ...(json ?? { type: ["string", "number"] }),
    ...(defaultValue === undefined ? {} : { default: defaultValue }),
  };
}

/** The JSON Schema of a program's config file, for completion and checks in editors. */
export function configSchema(program: string, sections: OptionSections): object {
  const specs = Object.values(sections)
    .flatMap(describeOptions)
    .filter((spec) => !isOperand(spec) && spec.name !== "config");
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: `Config file of ${program}`,
    type: "object",
    properties: {
      $schema: { type: "string" },
      ...Object.fromEntries(specs.map((spec) => [spec.name, describeProperty(spec)])),
    },
    additionalProperties: false,
  };
}
