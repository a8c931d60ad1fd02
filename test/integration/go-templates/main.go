// Command go-templates renders the cases that it is given with Go's own text/template.
//
// It reads a JSON list of cases from its input, and writes the list of what became of them.
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"sort"
	"strings"
	"text/template"
)

type testCase struct {
	Template   string          `json:"template"`
	Data       json.RawMessage `json:"data"`
	DataText   string          `json:"dataText"`
	MissingKey string          `json:"missingKey"`
	Delimiters []string        `json:"delimiters"`
}

type result struct {
	Output string `json:"output"`
	Error  string `json:"error,omitempty"`
}

// Functions of every type of parameter there is; the project's tests have the same.
var functions = template.FuncMap{
	"shout":       strings.ToUpper,
	"addInts":     func(a, b int) int { return a + b },
	"wide":        func(n int64) int64 { return n },
	"half":        func(n float64) float64 { return n / 2 },
	"flip":        func(b bool) bool { return !b },
	"joinAny":     func(list []any) string { return fmt.Sprint(list...) },
	"keysOf":      keysOf,
	"joinStrings": func(texts ...string) string { return strings.Join(texts, "+") },
	"prefix":      func(text string, values ...any) string { return text + fmt.Sprint(values...) },
	"fails":       func(string) (string, error) { return "", errors.New("it failed") },
	"words":       func(text string) []string { return strings.Fields(text) },
	"bytes":       func(text string) []byte { return []byte(text) },
	"nothing":     func() any { return nil },
	"pairs":       pairs,
}

func keysOf(m map[string]any) string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	return strings.Join(keys, ",")
}

func pairs(text string) map[string]string {
	m := map[string]string{}
	for _, pair := range strings.Split(text, ",") {
		key, value, _ := strings.Cut(pair, "=")
		m[key] = value
	}
	return m
}

func main() {
	var cases []testCase
	if err := json.NewDecoder(os.Stdin).Decode(&cases); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	results := make([]result, len(cases))
	for i, c := range cases {
		output, err := render(c)
		if err != nil {
			results[i] = result{Error: err.Error()}
		} else {
			results[i] = result{Output: output}
		}
	}
	encoder := json.NewEncoder(os.Stdout)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(results); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func render(c testCase) (string, error) {
	if c.DataText != "" {
		c.Data = json.RawMessage(c.DataText)
	}
	data, err := decode(c.Data)
	if err != nil {
		return "", err
	}
	t := template.New("case").Funcs(functions)
	if len(c.Delimiters) == 2 {
		t = t.Delims(c.Delimiters[0], c.Delimiters[1])
	}
	if c.MissingKey == "" {
		c.MissingKey = "zero" // as Vault Agent and consul-template have it
	}
	t = t.Option("missingkey=" + c.MissingKey)
	t, err = t.Parse(c.Template)
	if err != nil {
		return "", err
	}
	var output bytes.Buffer
	if err := t.Execute(&output, data); err != nil {
		return "", err
	}
	return output.String(), nil
}

// A number keeps its digits, as in the secrets that Vault Agent reads.
func decode(raw json.RawMessage) (any, error) {
	if len(raw) == 0 {
		return nil, nil
	}
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	var data any
	err := decoder.Decode(&data)
	return data, err
}
