# Fits a model to data whose exact answer is known, scores other samples, and prints both.
using LSMI, Printf

training = LSMI.mixed_gaussian(1600; classes = 3, rho = 0.5, seed = 1)
validation = LSMI.mixed_gaussian(400; classes = 3, rho = 0.5, seed = 2)

# x1 and x2 have a sample per column, y has class numbers from 0.
model = fit(training.x1, training.x2, training.y; modes = 4, seed = 7)
display(model)
println("\n")

scores = score(model, validation.x1, validation.x2, validation.y)
display(scores)
println("\n")

exact = LSMI.atoms(validation.truth)
println("sample  class        r       u1       u2        s   exact s")
for n in 1:5
    @printf("%6d %6d %8.3f %8.3f %8.3f %8.3f  %8.3f\n", n, validation.y[n], scores.r[n], scores.u1[n], scores.u2[n],
            scores.s[n], exact.s[n])
end
@printf("S - R: %.3f, exactly %.3f\n", scores.summary.s_minus_r, LSMI.mean(exact.s) - LSMI.mean(exact.r))

# The model file is the same for every language.
mktempdir() do folder
    path = joinpath(folder, "model.safetensors")
    LSMI.save(model, path)
    same = score(LSMI.load(path), validation.x1, validation.x2, validation.y)
    println("scores of the saved model are the same: ", same.s == scores.s)
end
