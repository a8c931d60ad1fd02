// Reads env files (a JSON array of texts) on stdin, writes the reading of `docker run --env-file` on stdout.
package main

import (
	"encoding/json"
	"os"
	"runtime/debug"
	"strings"

	"github.com/docker/cli/pkg/kvfile"
)

func main() {
	var texts []string
	if err := json.NewDecoder(os.Stdin).Decode(&texts); err != nil {
		panic(err)
	}
	cases := map[string]any{}
	for _, text := range texts {
		cases[text] = read(text)
	}
	build, _ := debug.ReadBuildInfo()
	reader := "docker/cli"
	for _, module := range build.Deps {
		if module.Path == "github.com/docker/cli" {
			reader += " " + module.Version
		}
	}
	out := json.NewEncoder(os.Stdout)
	out.SetEscapeHTML(false)
	out.SetIndent("", "  ")
	if err := out.Encode(map[string]any{"reader": reader, "cases": cases}); err != nil {
		panic(err)
	}
}

func read(text string) any {
	lines, err := kvfile.ParseFromReader(strings.NewReader(text), nil)
	if err != nil {
		return "error"
	}
	values := map[string]string{}
	for _, line := range lines {
		key, value, _ := strings.Cut(line, "=")
		values[key] = value
	}
	return values
}
