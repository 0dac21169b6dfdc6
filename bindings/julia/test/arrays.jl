@testset "arrays of all kinds" begin
    data = LSMI.mixed_gaussian(80; classes = 3, seed = 5)
    x1, x2, y = data.x1, data.x2, data.y
    model = fit(x1, x2, y; small...)
    expected = score(model, x1, x2, y)
    same(x1, x2, y) = score(model, x1, x2, y).s == expected.s
    wide = [x1; fill(1000.0, 2, 80)]
    view1 = view(wide, 1:3, :)
    @test same(view1, x2, y)
    # Every second column lies apart, too.
    twice = reshape([x1; fill(1000.0, 3, 80)], 3, 160)
    @test same(view(twice, :, 1:2:159), x2, y)
    # Copied, since the library cannot read them as they are.
    @test same(permutedims(x1)', x2, y)
    @test same(view(x1, [1, 2, 3], :), x2, y)
    backwards = x1[end:-1:1, end:-1:1]
    @test same(view(backwards, 3:-1:1, 80:-1:1), x2, y)
    @test same(x1, x2, Int32.(y)) && same(x1, x2, UInt8.(y)) && same(x1, x2, view([y; 9], 1:80))
    @test same(x1, x2, view(repeat(y; inner = 2), 1:2:160))
    @test LSMI.tobytes(fit(view1, x2, y; small...)) == LSMI.tobytes(model)
    # No copy of what can be read as it is.
    @test LSMI.samples(x1) === x1 && LSMI.samples(view1) === view1 && LSMI.targets(y) === y
    @test LSMI.samples(view(x1, 2:2, 1:2:80)) isa SubArray
    @test LSMI.samples(reinterpret(Float64, reinterpret(UInt64, x1))) == x1
    # Whole numbers become Float64.
    @test fit(round.(Int, 10 .* x1), x2, y; small...) isa Model{Float64}
    @test log_density(Marginal(zeros(2, 1), zeros(2, 1), nothing, [0.0]; bounded = false), [0, 0]) ≈ -log(2pi)
    @test log_density(Marginal(zeros(2, 1), zeros(2, 1), nothing, [0.0]; bounded = false), view([0.0, 9.0, 0.0], 1:2:3)) ≈ -log(2pi)
    @test LSMI.gradient(Marginal(zeros(3, 1), zeros(3, 1), nothing, [0.0]; bounded = false), view1).x ≈ x1 ./ 80
end
