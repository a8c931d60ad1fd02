// Reads env files (a JSON array of texts) on stdin, writes compose-go's reading of each on stdout.
package main

import (
	"encoding/json"
	"io"
	"os"
	"runtime/debug"
	"strings"

	"github.com/compose-spec/compose-go/v2/dotenv"
	"github.com/sirupsen/logrus"
)

func main() {
	logrus.SetOutput(io.Discard)
	var texts []string
	if err := json.NewDecoder(os.Stdin).Decode(&texts); err != nil {
		panic(err)
	}
	cases := map[string]any{}
	for _, text := range texts {
		cases[text] = read(text)
	}
	build, _ := debug.ReadBuildInfo()
	reader := "compose-go"
	for _, module := range build.Deps {
		if module.Path == "github.com/compose-spec/compose-go/v2" {
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

func read(text string) (result any) {
	defer func() {
		if recover() != nil {
			result = "error"
		}
	}()
	values, err := dotenv.Parse(strings.NewReader(text))
	if err != nil {
		return "error"
	}
	return values
}
